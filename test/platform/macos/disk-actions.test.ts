import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDiskActions } from '../../../src/platform/macos/disk-actions.ts';
import { codeOf, useMac } from '../../support/mac/harness.ts';

const harness = useMac();
const quick = { retry: 300, pause: 20, timeout: 20_000 };
const patient = { ...quick, retry: 20_000 };

function actions(times = quick) {
  return createDiskActions(harness.mac.places, times);
}

function unmounted(): boolean {
  return harness.mac.state.read().cards.every(({ mounted }) => !mounted);
}

describe('unmounting', () => {
  it('goes on until Spotlight lets go', async () => {
    harness.insertCard({ unmountsRefused: 3 });
    await actions(patient).unmount(harness.plainCard(), { force: false });
    expect(unmounted()).toBe(true);
  });

  it('names the process in the way when it does not let go', async () => {
    harness.insertCard({ unmountsRefused: Number.POSITIVE_INFINITY });
    const unmounting = actions().unmount(harness.plainCard(), { force: false });
    await expect(unmounting).rejects.toMatchObject({
      code: 'UNMOUNT_REFUSED',
      facts: { disk: 'disk4', holder: { pid: 319, name: 'mds_stores' } },
    });
    expect(unmounted()).toBe(false);
  });

  it('by force works against that process', async () => {
    harness.insertCard({ unmountsRefused: Number.POSITIVE_INFINITY });
    await actions().unmount(harness.plainCard(), { force: true });
    expect(unmounted()).toBe(true);
    expect(harness.mac.state.calls('diskutil').at(-1)?.args).toEqual([
      'unmountDisk',
      'force',
      'disk4',
    ]);
  });

  it('by force may fail too, and then nobody is named', async () => {
    harness.insertCard({ forceFails: true });
    const unmounting = actions().unmount(harness.plainCard(), { force: true });
    await expect(unmounting).rejects.toMatchObject({
      code: 'UNMOUNT_REFUSED',
      facts: { holder: null },
    });
  });

  it('of a card with nothing mounted is a success', async () => {
    harness.insertCard({ mounted: false });
    await actions().unmount(harness.plainCard(), { force: false });
    expect(harness.mac.state.calls('diskutil')).toHaveLength(1);
  });

  it('stops as soon as it is cancelled', async () => {
    harness.insertCard({ unmountsRefused: Number.POSITIVE_INFINITY });
    const cancel = new AbortController();
    const unmounting = actions({ ...patient, pause: 10_000 }).unmount(harness.plainCard(), {
      force: false,
      signal: cancel.signal,
    });
    cancel.abort();
    expect(await codeOf(unmounting)).toBe('INTERRUPTED');
  });

  it('is never asked for something that is no disk', async () => {
    harness.insertCard();
    const odd = { ...harness.plainCard(), id: 'force' };
    expect(await codeOf(actions().unmount(odd, { force: false }))).toBe('INTERNAL');
    expect(harness.mac.state.calls('diskutil')).toEqual([]);
  });
});

describe('ejecting', () => {
  it('takes the disk away', async () => {
    harness.insertCard({ mounted: false });
    await actions().eject(harness.plainCard());
    expect(harness.mac.state.read().cards).toEqual([]);
    expect(existsSync(join(harness.mac.places.devices, 'rdisk4'))).toBe(false);
  });

  it('unmounts again what macOS mounted meanwhile, and then ejects', async () => {
    harness.insertCard({ mounted: true, ejectsRefused: 1 });
    await actions(patient).eject(harness.plainCard());
    expect(harness.mac.state.calls('diskutil').map(({ args }) => args[0])).toEqual([
      'eject',
      'unmountDisk',
      'eject',
    ]);
  });

  it('goes on as long as macOS mounts a card again that was just written', async () => {
    harness.insertCard({ mounted: false, mountsAgain: 3 });
    await actions(patient).eject(harness.plainCard());
    expect(harness.mac.state.read().cards).toEqual([]);
    expect(harness.mac.state.calls('diskutil').map(({ args }) => args[0])).toEqual([
      ...['eject', 'unmountDisk', 'eject', 'unmountDisk', 'eject', 'unmountDisk', 'eject'],
    ]);
  });

  it('names the program that keeps it', async () => {
    harness.insertCard({ ejectsRefused: Number.POSITIVE_INFINITY });
    await expect(actions().eject(harness.plainCard())).rejects.toMatchObject({
      code: 'EJECT_REFUSED',
      facts: { disk: 'disk4', holder: { pid: 20848, name: 'rekordbox' } },
    });
  });
});
