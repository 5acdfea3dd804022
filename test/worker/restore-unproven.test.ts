import { readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { weakIdentity } from '../../src/engine/disk.ts';
import { readRecords } from '../../src/library/restore-records.ts';
import { tellUnproven } from '../../src/library/unproven.ts';
import { createPlatform } from '../../src/platform/index.ts';
import type { Platform } from '../../src/platform/ports.ts';
import { runRestore } from '../../src/worker/restore-task.ts';
import { cardTools } from '../cli/small-card.ts';
import { withDevice, writeFailed } from '../support/changed-device.ts';
import { type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { type ContextOptions, taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

/** A place within the files of the card. */
const FLAW = 4 * 1024 * 1024;

describe.skipIf(needsTools(...cardTools))('a card that was written and never proven', () => {
  let kept: SlotRestore;
  let backup: string;
  let rig: SlotRestore;
  let image: string;
  let target: string;
  beforeAll(async () => {
    kept = slotRestore();
    backup = await kept.backUp();
  });
  afterAll(() => kept.remove());
  beforeEach(() => {
    rig = slotRestore();
    image = rig.take(backup);
    target = rig.target();
  });
  afterEach(() => rig.remove());

  /** What `target` looks like now. */
  const seen = async () => {
    const platform = await createPlatform({ slot: rig.slot });
    const [disk] = await tellUnproven(await platform.disks.list(), rig.recordsFolder);
    return disk;
  };
  const name = (): string | undefined => image.split('/').at(-1);
  const restore = async (options: ContextOptions = {}) => {
    const disk = await seen();
    if (!disk) throw new Error('there is no card');
    const { partitions, ...identity } = weakIdentity(disk);
    const expected = { ...identity, partitions: [...partitions] };
    const heard = taskContext(options);
    return {
      result: await runRestore(await rig.task(image, 'target.img', { expected }), heard),
      heard,
    };
  };
  /** Stops at the first sign of reading back. */
  const stopInProof = (): ContextOptions => {
    const abort = new AbortController();
    return {
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'proving' && abort.abort(),
    };
  };
  const states = async () => (await readRecords(rig.recordsFolder)).map(({ state }) => state);

  it('is told of as soon as its mark is gone, so that a power cut changes nothing', async () => {
    const before: unknown[] = [];
    // The order of what is written down and what is written: the record first, then the first sector.
    const adapt = (platform: Platform): Platform =>
      withDevice(platform, (device) => ({
        ...device,
        async write(data, offset) {
          if (offset === 0) before.push((await states()).at(-1) ?? 'none');
          await device.write(data, offset);
        },
      }));
    await expect(restore({ ...stopInProof(), adapt })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(before.at(-1)).toBe('proving');
    expect(before.slice(0, -1)).not.toContain('proving');
    expect(readFileSync(target).subarray(510, 512).toString('hex')).toBe('55aa');
    expect(await seen()).toMatchObject({ unproven: name(), scheme: 'mbr' });
  });

  it('says so until it is restored again', async () => {
    await expect(restore(stopInProof())).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await seen())?.unproven).toBe(name());
    await restore();
    expect((await seen())?.unproven).toBeUndefined();
    expect(await states()).toEqual(['failed', 'done']);
  });

  it('says so when the proof found a difference', async () => {
    let isFinished = false;
    const adapt = (platform: Platform): Platform =>
      withDevice(platform, (device) => ({
        ...device,
        async finishWriting() {
          await device.finishWriting();
          isFinished = true;
        },
        async read(into, offset) {
          await device.read(into, offset);
          const at = FLAW - offset;
          if (isFinished && at >= 0 && at < into.length) into.fill(0x11, at, at + 512);
        },
      }));
    await expect(restore({ adapt })).rejects.toMatchObject({ code: 'CARD_NOT_AS_WRITTEN' });
    expect((await seen())?.unproven).toBe(name());
  });

  it('is not made of one that keeps its mark', async () => {
    let isNoted = false;
    const adapt = (platform: Platform): Platform =>
      withDevice(platform, (device) => ({
        ...device,
        async write(data, offset) {
          isNoted ||= (await states()).at(-1) === 'proving';
          if (isNoted) throw writeFailed('EIO');
          await device.write(data, offset);
        },
      }));
    await expect(restore({ adapt })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(isNoted).toBe(true);
    expect(await seen()).toMatchObject({ unfinished: name() });
    expect(await seen()).not.toHaveProperty('unproven');
  });

  it('is proven all the same when that cannot be written down, with a warning', async () => {
    const adapt = (platform: Platform): Platform =>
      withDevice(platform, (device) => ({
        ...device,
        async flush() {
          await device.flush();
          if ((await states()).at(-1) === 'writing') rmSync(rig.recordsFolder, { recursive: true });
        },
      }));
    const { result, heard } = await restore({ adapt });
    expect(result.provenBytes).toBe(result.mappedBytes);
    expect(heard.warnings.map(({ code }) => code)).toContain('RECORD_NOT_WRITTEN');
  });
});
