import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/engine/selection.ts';
import { MacDiskList } from '../../../src/platform/macos/disk-list.ts';
import { codeOf, useMac } from '../../support/mac/harness.ts';

const harness = useMac();
const context = {
  destinationDisks: [],
  allowDiskImage: false,
  allowOtherExternal: false,
  neverTouch: [],
};

function asked(): string[] {
  return harness.mac.state
    .calls('diskutil')
    .filter(({ args }) => args[0] === 'info')
    .map(({ args }) => args.at(-1) ?? '');
}

/** Replaces one answer of diskutil by a shell script's; all others stay. */
function spoil(pattern: string, commands: string): void {
  const { diskutil } = harness.mac.places.tools;
  const real = `${diskutil}.real`;
  writeFileSync(real, readFileSync(diskutil, 'utf8'), {
    mode: 0o755,
  });
  const script = `#!/bin/sh\ncase "$*" in ${pattern}) ${commands} ;; *) exec '${real}' "$@" ;; esac\n`;
  writeFileSync(diskutil, script, { mode: 0o755 });
}

describe('listing', () => {
  it('asks about each disk once while somebody watches', async () => {
    harness.insertCard();
    const list = new MacDiskList(harness.mac.places);
    const watch = list.watch(() => {});
    try {
      await list.list();
      await list.list();
      expect(asked().toSorted()).toEqual(['/', 'disk0', 'disk1', 'disk4']);
    } finally {
      await watch.close();
    }
  });

  it('asks anew where nobody watches, because a card may have been changed unseen', async () => {
    harness.insertCard();
    const list = new MacDiskList(harness.mac.places);
    await list.list();
    await list.list();
    expect(asked().filter((id) => id === 'disk4')).toHaveLength(2);
  });

  it('leaves out a disk that has gone between two questions', async () => {
    harness.insertCard();
    spoil('"info -plist disk4"', `'${harness.mac.places.tools.diskutil}.real' info -plist disk77`);
    const disks = await new MacDiskList(harness.mac.places).list();
    expect(disks.map(({ id }) => id)).toEqual(['disk0', 'disk1']);
  });

  it('keeps a disk that cannot be described, without offering it', async () => {
    harness.insertCard();
    spoil('"info -plist disk4"', 'echo "(null)"');
    const disks = await new MacDiskList(harness.mac.places).list();
    const card = disks.find(({ id }) => id === 'disk4');
    expect(card && judge(card, context)).toMatchObject({ offer: false, reason: 'unclear' });
    expect(disks).toHaveLength(3);
  });

  it.each([
    ['nothing is said about "/"', '"info -plist /"', 'echo "(null)"'],
    ['"/" lies on no disk', '"info -plist /"', 'echo "<plist><dict/></plist>"'],
    ['the list is empty', '"list -plist"', 'exit 0'],
    ['the list fails', '"list -plist"', 'echo "Unable to run" >&2; exit 1'],
  ])('fails when %s: nothing can be called safe then', async (_, pattern, commands) => {
    harness.insertCard();
    spoil(pattern, commands);
    expect(await codeOf(new MacDiskList(harness.mac.places).list())).toBe('TOOL_FAILED');
  });

  it('says so when there is no diskutil', async () => {
    const { tools } = harness.mac.places;
    const places = { ...harness.mac.places, tools: { ...tools, diskutil: '/nowhere/diskutil' } };
    expect(await codeOf(new MacDiskList(places).list())).toBe('TOOL_MISSING');
  });
});
