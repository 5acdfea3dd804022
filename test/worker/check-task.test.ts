import {
  chmodSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MANIFEST_SUFFIX, type Manifest } from '../../src/engine/image/manifest.ts';
import type { CheckResult } from '../../src/worker/check-results.ts';
import { checkResultSchema } from '../../src/worker/check-results.ts';
import { runCheck } from '../../src/worker/check-task.ts';
import type { CheckTask } from '../../src/worker/tasks.ts';
import { cardTools, makeSmallCard, SMALL_CARD_BYTES } from '../cli/small-card.ts';
import { tool } from '../support/file-systems.ts';
import { patch } from '../support/healthy-card.ts';
import { type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const BOOT_OFFSET = 4 * 1024 ** 2;

describe.skipIf(
  needsTools(...cardTools, 'xz', 'gzip', 'sha256sum', 'mshowfat', 'mlabel', 'debugfs'),
)('the check of a backup', () => {
  let rig: SlotRestore;
  let image: string;
  beforeEach(async () => {
    rig = slotRestore();
    image = await rig.backUp();
    chmodSync(image, 0o644);
  });
  afterEach(() => rig.remove());

  const check = async (target: string, more: Partial<CheckTask> = {}): Promise<CheckResult> => {
    const { source, recordsFolder } = rig;
    const options = { quick: false, hash: false, ...more };
    const result = await runCheck(
      { task: 'check', target, source, recordsFolder, ...options },
      taskContext(),
    );
    // What a worker says has to pass its own protocol.
    return v.parse(checkResultSchema, result);
  };
  const faults = ({ checks }: CheckResult): string[] =>
    checks
      .filter(({ state }) => state !== 'ok')
      .map(({ name, state, detail }) => `${state} ${name}: ${detail}`);
  const changeManifest = (change: (manifest: Manifest) => void): void => {
    const manifest = JSON.parse(readFileSync(image + MANIFEST_SUFFIX, 'utf8')) as Manifest;
    change(manifest);
    chmodSync(image + MANIFEST_SUFFIX, 0o644);
    writeFileSync(image + MANIFEST_SUFFIX, JSON.stringify(manifest));
  };
  /** Where a file of the boot partition lies in the image. */
  const placeOf = (name: string): number => {
    const at = `${image}@@4M`;
    const cluster = Number(/<(\d+)/.exec(tool('mshowfat', ['-i', at, `::${name}`]))?.[1]);
    const boot = readFileSync(image).subarray(BOOT_OFFSET, BOOT_OFFSET + 512);
    const sectors =
      boot.readUInt16LE(14) +
      boot.readUInt8(16) * boot.readUInt16LE(22) +
      (boot.readUInt16LE(17) * 32) / 512;
    return BOOT_OFFSET + (sectors + (cluster - 2) * boot.readUInt8(13)) * 512;
  };

  it('finds a good one good, remembers when, wherever it is moved, and tells a copy apart', async () => {
    const first = await check(image);
    expect(faults(first)).toEqual([]);
    expect(first).toMatchObject({
      verdict: 'good',
      kind: 'image',
      title: 'octopi',
      lastCheck: null,
    });
    expect(first.sentence).toBe('This backup is good: it is what was read from the card.');
    expect(first.bytes).toBe(SMALL_CARD_BYTES);
    expect(first.verified).toMatch(/^read-back/);
    const quick = await check(image, { quick: true });
    expect(quick).toMatchObject({
      verdict: 'good',
      verified: null,
      lastCheck: { at: first.at, verdict: 'good', method: first.verified },
    });
    expect(quick.checks.find(({ name }) => name === 'content')?.detail).toContain(
      'not read this time',
    );
    const moved = join(rig.folder, 'moved.img');
    renameSync(image, moved);
    renameSync(image + MANIFEST_SUFFIX, moved + MANIFEST_SUFFIX);
    expect((await check(moved, { quick: true })).lastCheck?.at).toBe(first.at);
    await check(moved);
    const copy = join(rig.folder, 'copy.img');
    copyFileSync(moved, copy);
    copyFileSync(moved + MANIFEST_SUFFIX, copy + MANIFEST_SUFFIX);
    const { atime, mtime } = statSync(moved);
    utimesSync(copy, atime, mtime);
    expect((await check(copy, { quick: true })).lastCheck).toBeNull();
    utimesSync(moved, atime, new Date(mtime.getTime() + 60_000));
    expect((await check(moved, { quick: true })).lastCheck).toBeNull();
  });

  it('names the file on which it differs, and remembers that too', async () => {
    patch(image, placeOf('kernel8.img'), 1, (old) => old.writeUInt8(0x21));
    const found = await check(image);
    expect(found.verdict).toBe('damaged');
    expect(faults(found)).toEqual([
      expect.stringMatching(
        /^fail content: .* in one range \(.*, lie .*partition 1: \/kernel8\.img/,
      ),
    ]);
    const quick = await check(image, { quick: true });
    expect(quick.verdict).toBe('damaged');
    expect(faults(quick)).toEqual([expect.stringMatching(/^fail content: .*was found damaged/)]);
  });

  it('says what lies on unreadable ranges, and whether the Pi needs it', async () => {
    const unread = async (offset: number, bytes: number): Promise<CheckResult> => {
      changeManifest((manifest) => {
        manifest.unreadable = [{ offset, bytes, files: [] }];
      });
      return check(image);
    };
    const kernel = await unread(placeOf('kernel8.img'), 512);
    expect(kernel.verdict).toBe('unfinished');
    expect(kernel.unreadable).toEqual([
      { offset: placeOf('kernel8.img'), bytes: 512, files: ['partition 1: /kernel8.img'] },
    ]);
    expect(faults(kernel)).toEqual([
      expect.stringMatching(/^fail unreadable ranges: .*the kernel \(kernel8\.img\) is damaged/),
    ]);
    const stats = tool('debugfs', [
      '-R',
      'blocks /etc/hostname',
      `${image}?offset=${20 * 1024 ** 2}`,
    ]);
    const hostname = await unread(20 * 1024 ** 2 + Number(stats.trim().split(' ')[0]) * 1024, 1024);
    expect(hostname.verdict).toBe('unfinished');
    expect(faults(hostname)).toEqual([
      expect.stringMatching(
        /^remark unreadable ranges: .*\/etc\/hostname; nothing that the Pi needs/,
      ),
    ]);
    const table = await unread(0, 512);
    expect(faults(table)).toEqual([
      expect.stringMatching(/^fail unreadable ranges: .*the partition table is damaged/),
    ]);
    const folder = await unread(BOOT_OFFSET, 512);
    expect(faults(folder)[0]).toContain('the file system of partition 1 (boot sector) is damaged');
  });

  it('does not take the manifest or the block map of another image', async () => {
    await makeSmallCard(join(rig.slot, 'other.img'), { hostname: 'homebridge' });
    tool('sfdisk', [
      '--quiet',
      '--no-reread',
      '--disk-id',
      join(rig.slot, 'other.img'),
      '0x11112222',
    ]);
    tool('mlabel', ['-N', '11112222', '-i', `${join(rig.slot, 'other.img')}@@4M`, '::bootfs']);
    const own = readFileSync(image);
    writeFileSync(image, readFileSync(join(rig.slot, 'other.img')));
    const other = await check(image, { quick: true });
    expect(other.verdict).toBe('damaged');
    expect(faults(other)).toEqual([
      'fail manifest: The manifest beside this image describes another card.',
      expect.stringMatching(/^fail command line: This Pi would not start/),
    ]);
    expect((await check(image)).checks.find(({ name }) => name === 'content')?.state).toBe('fail');
    writeFileSync(image, own);
    const bmap = image.replace(/\.img$/, '.bmap');
    const text = readFileSync(bmap, 'utf8');
    chmodSync(bmap, 0o644);
    writeFileSync(bmap, text.replace(/<ImageSize>/, '<ImageSize> '));
    expect(faults(await check(image))).toEqual([
      expect.stringMatching(/^remark block map: .*checksum/),
    ]);
    writeFileSync(bmap, text);
    changeManifest((manifest) => {
      manifest.times.finished = '2001-01-01T00:00:00.000Z';
    });
    expect(faults(await check(image))).toEqual([
      expect.stringMatching(/^remark manifest: .*before it was started/),
    ]);
  });

  it('says what can be said without a manifest', async () => {
    chmodSync(image + MANIFEST_SUFFIX, 0o644);
    writeFileSync(image + MANIFEST_SUFFIX, '{"schema":1}');
    const broken = await check(image);
    expect(broken).toMatchObject({ verdict: 'unknown', verified: null, title: 'octopi' });
    expect(faults(broken)).toEqual([expect.stringMatching(/^remark manifest: .*cannot be used/)]);
    rmSync(image + MANIFEST_SUFFIX);
    const missing = await check(image, { hash: true });
    expect(missing.verdict).toBe('unknown');
    expect(faults(missing)).toEqual([
      expect.stringMatching(/^remark manifest: There is no manifest/),
    ]);
    const [sum] = tool('sha256sum', [image]).split(' ');
    expect(missing.hashes).toEqual({ content: null, plain: sum, file: sum });
    for (const [program, ending] of [
      ['xz', 'xz'],
      ['gzip', 'gz'],
    ] as const) {
      tool(program, ['-k', '-1', image]);
      const packed = await check(`${image}.${ending}`);
      expect(packed).toMatchObject({ verdict: 'unknown', bytes: null });
      expect(faults(packed)).toContainEqual(
        expect.stringMatching(/^remark content: This image was packed by another program/),
      );
    }
  });

  it('tells of an image that was cut off', async () => {
    truncateSync(image, SMALL_CARD_BYTES - 1024 ** 2);
    const found = await check(image);
    expect(found.verdict).toBe('damaged');
    expect(faults(found)).toContainEqual(
      expect.stringMatching(/^fail content: The image is damaged/),
    );
  });

  it('checks a card in a reader, which has no manifest', async () => {
    const card = await check('octopi.img');
    expect(faults(card)).toEqual([]);
    expect(card).toMatchObject({
      kind: 'card',
      verdict: 'good',
      sentence: 'Nothing wrong was found on this card.',
      hashes: { content: null, plain: null, file: null },
    });
    tool('sfdisk', [
      '--quiet',
      '--no-reread',
      '--disk-id',
      join(rig.slot, 'octopi.img'),
      '0x11112222',
    ]);
    const changed = await check('octopi.img');
    expect(changed.verdict).toBe('damaged');
    expect(changed.sentence).toContain(
      'This Pi would not start: cmdline.txt asks for PARTUUID=5e3da3da-02',
    );
  });
});
