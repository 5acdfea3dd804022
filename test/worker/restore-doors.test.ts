import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RestoreRecord } from '../../src/library/restore-record.ts';
import type { Platform, WriteDoor } from '../../src/platform/ports.ts';
import { runRestore } from '../../src/worker/restore-task.ts';
import type { RestoreTask } from '../../src/worker/tasks.ts';
import { cardTools } from '../cli/small-card.ts';
import { bound, writeFailed } from '../support/changed-device.ts';
import { FILLER, type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { type ContextOptions, type HeardContext, taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';

const MIB = 1024 * 1024;

describe.skipIf(needsTools(...cardTools))('a restore through a borrowed device on macOS 26', () => {
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
  const records = (): RestoreRecord[] =>
    globSync(join(rig.recordsFolder, 'restores/*/record.json')).map(
      (file) => JSON.parse(readFileSync(file, 'utf8')) as RestoreRecord,
    );

  /** The borrowed device stops taking writes after some; the helper's goes on. `swap` may put another card in meanwhile. */
  const troubled = (errno: string, swap: () => void = () => undefined) => {
    const opened: string[] = [];
    const adapt = (platform: Platform): Platform => {
      const [direct] = platform.writeDoors;
      if (!direct) throw new Error('no door');
      const authopen: WriteDoor = {
        name: 'authopen',
        async open(request) {
          opened.push('authopen');
          const device = bound(await direct.open(request));
          let writes = 0;
          return {
            ...device,
            async write(data, offset) {
              if (++writes <= 5) return device.write(data, offset);
              if (writes === 6) swap();
              throw writeFailed(errno);
            },
          };
        },
      };
      const helper: WriteDoor = {
        name: 'helper',
        open(request) {
          opened.push('helper');
          return direct.open(request);
        },
      };
      return { ...platform, writeDoors: [authopen, helper] };
    };
    return { opened, options: { adapt } };
  };

  it.each(['EIO', 'EPERM'])('is begun again by the helper after %s', async (errno) => {
    const { opened, options } = troubled(errno);
    const { result, heard } = await restore({}, options);
    expect(opened).toEqual(['authopen', 'helper']);
    expect(heard.warnings.map(({ code }) => code)).toEqual(['DOOR_CHANGED']);
    expect(result.provenBytes).toBe(result.mappedBytes);
    // One restore, one record, with what really was on the card.
    expect(records()).toMatchObject([{ state: 'done', error: null }]);
    const first = readFileSync(join(dirname(result.report), 'block-0.bin'));
    expect(first).toEqual(Buffer.alloc(MIB, FILLER));
  });

  it('is not begun again after other errors, nor when one door was asked for', async () => {
    const full = troubled('ENOSPC');
    await expect(restore({}, full.options)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(full.opened).toEqual(['authopen']);
    const forced = troubled('EIO');
    const source = { ...rig.source, door: 'authopen' as const };
    await expect(restore({ source }, forced.options)).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
    expect(forced.opened).toEqual(['authopen']);
  });

  it('is not begun again on another card', async () => {
    const { opened, options } = troubled('EIO', () => {
      rmSync(target);
      writeFileSync(target, readFileSync(image));
    });
    await expect(restore({}, options)).rejects.toMatchObject({ code: 'IDENTITY_CHANGED' });
    expect(opened).toEqual(['authopen', 'helper']);
    expect(readFileSync(target).equals(readFileSync(image))).toBe(true);
  });
});
