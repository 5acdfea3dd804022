import { globSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/engine/image/map.ts';
import { parseMarker } from '../../src/engine/unfinished.ts';
import type { RestoreRecord } from '../../src/library/restore-record.ts';
import type { Platform } from '../../src/platform/ports.ts';
import { runBackup } from '../../src/worker/backup-task.ts';
import { runRestore } from '../../src/worker/restore-task.ts';
import type { RestoreTask } from '../../src/worker/tasks.ts';
import { runUndo } from '../../src/worker/undo-task.ts';
import { cardTools, SMALL_CARD_BYTES } from '../cli/small-card.ts';
import { lostAfterFlush, withDevice, writeFailed } from '../support/changed-device.ts';
import { FILLER, type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { type ContextOptions, type HeardContext, taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

describe.skipIf(needsTools(...cardTools))('a restore', () => {
  /** Backed up once; every test gets a copy. */
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

  const restore = async (
    more: Partial<RestoreTask> = {},
    options: ContextOptions = {},
  ): Promise<{ result: Awaited<ReturnType<typeof runRestore>>; heard: HeardContext }> => {
    const heard = taskContext(options);
    return { result: await runRestore(await rig.task(image, 'target.img', more), heard), heard };
  };
  const isUntouched = (): boolean =>
    readFileSync(target).equals(Buffer.alloc(SMALL_CARD_BYTES, FILLER));
  const records = (): RestoreRecord[] =>
    globSync(join(rig.recordsFolder, 'restores/*/record.json')).map(
      (file) => JSON.parse(readFileSync(file, 'utf8')) as RestoreRecord,
    );
  const undo = async () => {
    const { disk, expected, source, library, forceUnmount, recordsFolder } = await rig.task(
      image,
      'target.img',
    );
    return runUndo(
      { task: 'undo', disk, expected, source, library, forceUnmount, recordsFolder },
      taskContext(),
    );
  };
  /** Stops when the marker is on the card and the record says that writing begins, or right before. */
  const cut = (when: 'marked' | 'writing'): ContextOptions => {
    if (when === 'writing') {
      const abort = new AbortController();
      const onProgress: ContextOptions['onProgress'] = ({ phase }) =>
        phase === 'writing' && abort.abort();
      return { signal: abort.signal, onProgress };
    }
    // The device is lost right after the marker was flushed, so that nothing can be put back.
    return {
      adapt: (platform) =>
        withDevice(platform, (device) => ({ ...device, ...lostAfterFlush(device) })),
    };
  };

  it('says what it does, and leaves a report beside what it replaced', async () => {
    const { result, heard } = await restore();
    expect(result).toMatchObject({
      ...{ task: 'restore', image, disk: 'target.img', title: 'octopi', mode: 'full' },
      ...{ bytes: SMALL_CARD_BYTES, mapOrigin: 'manifest', skippedBytes: 0, ejected: false },
      adjusted: [],
    });
    expect(result.provenBytes).toBe(result.mappedBytes);
    const phases = heard.steps.map(({ phase }) => phase);
    expect([...new Set(phases)]).toEqual(['checking', 'opening', 'writing', 'proving', 'filing']);
    for (const phase of ['writing', 'proving'] as const) {
      const last = heard.steps.findLast((step) => step.phase === phase);
      expect(last, phase).toMatchObject({ bytes: result.mappedBytes, total: result.mappedBytes });
    }
    const [record] = records();
    expect(record).toMatchObject({
      state: 'done',
      image: { path: image },
      old: { content: 'nothing that PiKeep knows', scheme: 'none', partitions: [] },
      result: { provenBytes: result.provenBytes },
      error: null,
    });
    expect(result.report).toBe(join(dirname(result.report), 'record.json'));
    const first = readFileSync(join(dirname(result.report), 'block-0.bin'));
    expect(first).toEqual(Buffer.alloc(MIB, FILLER));
  });

  it('ejects when asked to', async () => {
    const { result } = await restore({ ejectWhenDone: true });
    expect(result.ejected).toBe(true);
    expect(globSync(join(rig.slot, 'target.img'))).toEqual([]);
  });

  it('that is cancelled before it writes leaves the card as it was', async () => {
    for (const phase of ['checking', 'opening'] as const) {
      const abort = new AbortController();
      const onProgress: ContextOptions['onProgress'] = (step) =>
        step.phase === phase && abort.abort();
      await expect(restore({}, { signal: abort.signal, onProgress })).rejects.toMatchObject({
        code: 'INTERRUPTED',
      });
      expect(isUntouched()).toBe(true);
      expect(records()).toEqual([]);
    }
  });

  it('that cannot note that it begins to write puts the old content back', async () => {
    // The record is gone by the time at which it has to say "writing".
    const adapt = (platform: Platform): Platform =>
      withDevice(platform, (device) => ({
        ...device,
        async flush() {
          await device.flush();
          rmSync(rig.recordsFolder, { recursive: true, force: true });
        },
      }));
    const error: unknown = await restore({}, { adapt }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DESTINATION_MISSING' });
    expect(isUntouched()).toBe(true);
  });

  it('that fails at its marker says in its record that the card is as it was', async () => {
    let flushes = 0;
    const adapt = (platform: Platform): Platform =>
      withDevice(platform, (device) => ({
        ...device,
        async flush() {
          if (flushes++ === 0) throw writeFailed('EIO');
          await device.flush();
        },
      }));
    await expect(restore({}, { adapt })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(isUntouched()).toBe(true);
    expect(records()).toMatchObject([{ state: 'put-back', error: { code: 'WRITE_FAILED' } }]);
  });

  it('that is cut off while it writes leaves a card that is called unfinished, and heals', async () => {
    await expect(restore({}, cut('writing'))).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(parseMarker(readFileSync(target))?.image).toBe(image.split('/').at(-1));
    expect(records()).toMatchObject([{ state: 'failed', error: { code: 'INTERRUPTED' } }]);
    await expect(undo()).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
    const backingUp = runBackup(
      {
        ...{ task: 'backup', disk: 'target.img', expected: null, source: rig.source },
        destination: { kind: 'library', folder: rig.library },
        ...{ format: 'img', wholeCard: false, fullHash: false, verify: 'image' },
        ...{ forceUnmount: false, ejectWhenDone: false },
      },
      taskContext(),
    );
    await expect(backingUp).rejects.toMatchObject({ code: 'UNFINISHED_RESTORE' });
    await restore();
    expect(parseMarker(readFileSync(target))).toBeNull();
    expect(
      records()
        .map(({ state }) => state)
        .toSorted(),
    ).toEqual(['done', 'failed']);
  });

  it('that only marked the card can be undone, once', async () => {
    await expect(restore({}, cut('marked'))).rejects.toMatchObject({ code: 'DEVICE_GONE' });
    expect(parseMarker(readFileSync(target))).not.toBeNull();
    expect(records()).toMatchObject([{ state: 'marked', error: { code: 'DEVICE_GONE' } }]);
    expect(await undo()).toMatchObject({ task: 'undo', disk: 'target.img' });
    expect(isUntouched()).toBe(true);
    expect(records()).toMatchObject([{ state: 'put-back' }]);
    await expect(undo()).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
  });

  it('cannot be undone without what was saved', async () => {
    await expect(restore({}, cut('marked'))).rejects.toMatchObject({ code: 'DEVICE_GONE' });
    rmSync(rig.recordsFolder, { recursive: true });
    await expect(undo()).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
    expect(parseMarker(readFileSync(target))).not.toBeNull();
  });

  it('of an image that is cut off or changed does not touch the card', async () => {
    const whole = readFileSync(image);
    rmSync(image);
    for (const damage of ['cut', 'flip'] as const) {
      writeFileSync(image, whole);
      if (damage === 'cut') truncateSync(image, whole.length - MIB);
      else writeFileSync(image, whole.with(4 * MIB + 11, 0x77));
      await expect(restore()).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
      expect(isUntouched(), damage).toBe(true);
      expect(records()).toEqual([]);
    }
  });

  it('of an image without its map writes all of it, and says why', async () => {
    const manifest = `${image}.pikeep.json`;
    rmSync(manifest);
    rmSync(image.replace(/\.img$/, '.bmap'));
    expect((await restore()).result).toMatchObject({
      mapOrigin: 'whole',
      mappedBytes: SMALL_CARD_BYTES,
    });
    expect(readFileSync(target).equals(readFileSync(image))).toBe(true);
    writeFileSync(manifest, '{"schema":1}');
    rig.target();
    const { result, heard } = await restore();
    expect(result.mapOrigin).toBe('whole');
    expect(heard.warnings.map(({ code }) => code)).toEqual(['MAP_LOST']);
  });

  it('by a block map takes that for the map, and says when it proves nothing', async () => {
    rmSync(`${image}.pikeep.json`);
    const { result, heard } = await restore();
    expect(result.mapOrigin).toBe('bmap');
    expect(result.mappedBytes).toBeLessThan(SMALL_CARD_BYTES);
    expect(heard.warnings).toEqual([]);
    const bmap = image.replace(/\.img$/, '.bmap');
    const text = readFileSync(bmap, 'utf8')
      .replaceAll(/ chksum="[0-9a-f]+"/g, '')
      .replace(/(?<=<BmapFileChecksum> )[0-9a-f]+/, '0'.repeat(64));
    rmSync(bmap);
    writeFileSync(bmap, text.replace('0'.repeat(64), sha256(Buffer.from(text))));
    rig.target();
    const codes = (await restore()).heard.warnings.map(({ code }) => code);
    expect(codes).toEqual(['BMAP_WITHOUT_HASHES']);
  });

  it('onto a card that is too small is refused before that is unmounted', async () => {
    target = rig.target('target.img', SMALL_CARD_BYTES - 2 * MIB);
    let unmounted = 0;
    const adapt = (platform: Platform): Platform => ({
      ...platform,
      actions: {
        ...platform.actions,
        async unmount() {
          unmounted++;
        },
      },
    });
    await expect(restore({}, { adapt })).rejects.toMatchObject({
      code: 'TARGET_TOO_SMALL',
      facts: { missingBytes: MIB },
    });
    expect(unmounted).toBe(0);
  });

  it('onto a card that was changed for another one is refused', async () => {
    const task = await rig.task(image, 'target.img');
    rmSync(target);
    writeFileSync(target, readFileSync(image));
    await expect(runRestore(task, taskContext())).rejects.toMatchObject({
      code: 'IDENTITY_CHANGED',
    });
    expect(readFileSync(target).equals(readFileSync(image))).toBe(true);
  });
});
