import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';
import { readManifest } from '../../src/library/manifest-file.ts';
import type { Platform } from '../../src/platform/ports.ts';
import { runInspect } from '../../src/worker/inspect-task.ts';
import type { RestoreResult } from '../../src/worker/restore-results.ts';
import { runRestore } from '../../src/worker/restore-task.ts';
import type { RestoreTask } from '../../src/worker/tasks.ts';
import { cardTools } from '../cli/small-card.ts';
import { withDevice } from '../support/changed-device.ts';
import { dyingReader } from '../support/dying-card.ts';
import { badSectors, sectorsFrom } from '../support/dying-device.ts';
import { FILLER, type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const SECTOR = 512;
const MIB = 1024 ** 2;
/** Where the small card's partitions begin. */
const BOOT = 4 * MIB;
const ROOT = 20 * MIB;

describe.skipIf(needsTools(...cardTools))('a card that cannot be read everywhere', () => {
  let kept: SlotRestore;
  let backup: string;
  let rig: SlotRestore;
  let image: string;
  beforeAll(async () => {
    kept = slotRestore();
    backup = await kept.backUp();
  });
  afterAll(() => kept.remove());
  beforeEach(() => {
    rig = slotRestore();
    image = rig.take(backup);
  });
  afterEach(() => rig.remove());

  /** Sectors of the target fail until they are written: the card then takes other ones for them. */
  function healing(bad: ReadonlySet<number>): (platform: Platform) => Platform {
    const failing = new Set(bad);
    const sectorsOf = (offset: number, bytes: number): number[] =>
      sectorsFrom(Math.floor(offset / SECTOR), Math.ceil(bytes / SECTOR));
    return (platform) =>
      withDevice(
        platform,
        (device): WritableDevice => ({
          ...device,
          async read(into, offset) {
            if (sectorsOf(offset, into.length).some((sector) => failing.has(sector))) {
              into.fill(0);
              const facts = { path: device.path, offset, bytes: into.length, errno: 'EIO' };
              throw new PiKeepError('READ_FAILED', facts);
            }
            await device.read(into, offset);
          },
          async write(data, offset) {
            await device.write(data, offset);
            for (const sector of sectorsOf(offset, data.length)) failing.delete(sector);
          },
        }),
      );
  }

  async function restore(
    mode: RestoreTask['mode'],
    adapt: (platform: Platform) => Platform,
  ): Promise<RestoreResult> {
    const task = await rig.task(image, 'target.img', { mode });
    return runRestore(task, taskContext({ adapt }));
  }

  /** What lies between is not written: the manifest says what is. */
  async function expectRestored(target: string): Promise<void> {
    const { map } = await readManifest(image);
    const [card, whole] = [readFileSync(target), readFileSync(image)];
    expect(map.length).toBeGreaterThan(1);
    const wrong = map.filter(
      ({ offset, bytes }) =>
        !card.subarray(offset, offset + bytes).equals(whole.subarray(offset, offset + bytes)),
    );
    expect(wrong.map(({ offset }) => offset)).toEqual([]);
  }

  it.each(['full', 'auto', 'differential'] as const)(
    'is overwritten all the same, and proven: %s',
    async (mode) => {
      const target = rig.target();
      // Superblocks of both file systems, and pieces of what will be written.
      const bad = new Set([
        ...sectorsFrom(BOOT / SECTOR, 2),
        ...sectorsFrom((ROOT + 1024) / SECTOR, 2),
        ...sectorsFrom((ROOT + 40 * 1024) / SECTOR, 8),
      ]);
      const result = await restore(mode, healing(bad));
      expect(result.provenBytes).toBe(result.mappedBytes);
      await expectRestored(target);
    },
  );

  it('has every place written that cannot be read, and nothing else, where the rest is right', async () => {
    const target = rig.target();
    // The identity of a blank card was confirmed, so its first MiB stays blank.
    const content = readFileSync(image);
    writeFileSync(target, Buffer.concat([Buffer.alloc(MIB, FILLER), content.subarray(MIB)]));
    const place = ROOT + 40 * 1024;
    const result = await restore('differential', healing(new Set([place / SECTOR])));
    expect(result.provenBytes).toBe(result.mappedBytes);
    expect(result.writtenBytes).toBeLessThan(result.mappedBytes);
    await expectRestored(target);
  });

  it('is inspected with what can be read of it; where nothing proves that it is free, it counts as used', async () => {
    copyFileSync(image, join(rig.slot, 'octopi.img'));
    const inspect = (adapt?: (platform: Platform) => Platform) =>
      runInspect(
        { task: 'inspect', target: 'octopi.img', source: rig.source },
        taskContext(adapt ? { adapt } : {}),
      );
    const healthy = await inspect();
    // Superblock and group descriptors of the system's partition.
    const dying = await inspect(dyingReader(badSectors(sectorsFrom((ROOT + 1024) / SECTOR, 8))));
    expect(dying.partitions[0]).toEqual(healthy.partitions[0]);
    expect(dying.partitions[1]).toMatchObject({ strategy: 'whole' });
    expect(dying.readBytes).toBeGreaterThan(healthy.readBytes);
    // A table that cannot be read may name partitions that nobody knows of.
    const lost = await inspect(dyingReader(badSectors([0])));
    expect(lost.readBytes).toBe(lost.bytes);
    // Between the table and the first partition there could be another one.
    const gap = await inspect(dyingReader(badSectors(sectorsFrom(2, 6))));
    expect(gap.hostname).toBe('octopi');
    expect(gap.readBytes).toBeGreaterThanOrEqual(healthy.readBytes);
  });
});
