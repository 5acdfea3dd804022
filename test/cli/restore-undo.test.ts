import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';
import { recordsFolder } from '../../src/library/records-folder.ts';
import type { Platform } from '../../src/platform/ports.ts';
import { runRestore } from '../../src/worker/restore-task.ts';
import { FILLER, type SlotRestore, slotRestore } from '../support/slot-restore.ts';
import { taskContext } from '../support/task-context.ts';
import { needsTools } from '../support/tools.ts';
import { undocumented } from './documented.ts';
import { type Ended, pikeep } from './run-pikeep.ts';
import { cardTools } from './small-card.ts';

let rig: SlotRestore;
let image: string;
let card: string;

/** A restore whose card is pulled when the mark is on it, and nothing else. */
async function cutOff(): Promise<void> {
  const adapt = (platform: Platform): Platform => ({
    ...platform,
    writeDoors: platform.writeDoors.map((door) => ({
      name: door.name,
      open: async (request) => pulledAfterFlush(await door.open(request)),
    })),
  });
  await expect(
    runRestore(
      await rig.task(image, 'target.img', { recordsFolder: recordsFolder() }),
      taskContext({ adapt }),
    ),
  ).rejects.toMatchObject({ code: 'DEVICE_GONE' });
}

function pulledAfterFlush(device: WritableDevice): WritableDevice {
  let isPulled = false;
  const unlessPulled = async (work: () => Promise<void>): Promise<void> => {
    if (isPulled) throw new PiKeepError('DEVICE_GONE', { path: device.path });
    await work();
  };
  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    read: (into, offset) => unlessPulled(() => device.read(into, offset)),
    write: (data, offset) => unlessPulled(() => device.write(data, offset)),
    flush: () =>
      unlessPulled(async () => {
        await device.flush();
        isPulled = true;
      }),
    finishWriting: () => unlessPulled(() => device.finishWriting()),
    close: () => device.close(),
  };
}

async function run(...args: string[]): Promise<Ended> {
  const ended = await pikeep([...args, '--json', '--slot', rig.slot, '--library', rig.library]);
  expect(undocumented(ended.events)).toEqual([]);
  return ended;
}

const isAsItWas = (): boolean => readFileSync(card).every((byte) => byte === FILLER);

describe.skipIf(needsTools(...cardTools))('a restore that only marked its card', () => {
  beforeEach(async () => {
    rig = slotRestore();
    process.env['XDG_STATE_HOME'] = join(rig.folder, 'state');
    image = await rig.backUp();
    card = rig.target();
    await cutOff();
  });
  afterEach(() => {
    delete process.env['XDG_STATE_HOME'];
    rig.remove();
  });

  it('is undone, once, and only when that is confirmed', async () => {
    expect(isAsItWas()).toBe(false);
    const unsaid = await run('restore', '--undo', 'target');
    expect(unsaid).toMatchObject({ code: 4, last: { code: 'NOT_CONFIRMED' } });
    expect(isAsItWas()).toBe(false);

    const undone = await run('restore', '--undo', 'target', '--yes');
    expect(undone).toMatchObject({ code: 0, last: { undo: true, disk: 'target.img' } });
    expect(isAsItWas()).toBe(true);
    expect((await run('list')).last).toMatchObject({
      disks: [{ id: 'octopi.img' }, { id: 'target.img', unfinished: null }],
    });

    const again = await run('restore', '--undo', 'target', '--yes');
    expect(again).toMatchObject({ code: 4, last: { code: 'UNDO_IMPOSSIBLE' } });
    expect(isAsItWas()).toBe(true);
  });

  it('says so in the question of the next one, which heals the card', async () => {
    const { code, events } = await run('restore', image, 'target', '--yes', '--backup-first');
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({
      targets: [{ unfinished: image.slice(image.lastIndexOf('/') + 1), canUndo: true }],
    });
    expect(events).toContainEqual(expect.objectContaining({ code: 'NOTHING_TO_BACK_UP' }));
    expect((await run('verify', image, '--against', 'target')).code).toBe(0);
  });
});
