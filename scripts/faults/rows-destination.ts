/** Faults of the disk that things are written to. */

import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Running } from '../../test/cli/run-pikeep.ts';
import { dropPageCache } from '../bench/page-cache.ts';
import { type Column, isBackup } from './cell.ts';
import { inTheMiddle, type Row, type Scene } from './scene.ts';
import type { Stage } from './stage.ts';
import { mountVolume, type Volume } from './volume.ts';

const MIB = 1024 * 1024;

const NOTHING_WRITTEN = 'it writes nothing';

/** Where the results of this column go on a volume. */
function onVolume({ folder }: Volume, column: Column): Pick<Scene, 'library' | 'taken'> {
  const inside = join(folder, 'pikeep');
  mkdirSync(inside);
  return isBackup(column) ? { library: inside } : { taken: inside };
}

const full: Row = {
  name: 'full',
  title: 'destination full',
  how: 'In the middle somebody else takes all the room; where the command waits for room, it gets it after a while.',
  async scene(stage, column) {
    if (column === 'verify') return NOTHING_WRITTEN;
    if (column === 'restore') return fullRecords(stage);
    const volume = await mountVolume(stage);
    const places = onVolume(volume, column);
    const reader = await stage.reader({});
    return {
      args: stage.args({ device: reader.path, ...places }),
      ...places,
      during: async (running) => {
        await inTheMiddle(running, column);
        await volume.fill();
        if (await waitsForRoom(running)) volume.empty();
      },
    };
  },
};

/** A restore notes what it overwrites, before it does: without room for that it must not begin. */
async function fullRecords(stage: Stage): Promise<Scene> {
  const volume = await mountVolume(stage, { bytes: 8 * MIB });
  await volume.fill();
  const { path } = await stage.loop();
  return { args: stage.args({ device: path }), env: { XDG_STATE_HOME: volume.folder } };
}

/** False when it has ended instead. Whoever waits says so. */
function waitsForRoom(running: Running): Promise<boolean> {
  const waits = running.untilEvent(({ code }) => code === 'WAITING_FOR_ROOM').then(() => true);
  return Promise.race([waits.catch(() => false), running.ended.then(() => false)]);
}

const gone: Row = {
  name: 'gone',
  title: 'destination gone',
  how: 'In the middle the disk with the images (or for the files) is pulled; it is looked at when it is back.',
  async scene(stage, column) {
    const isSource = column === 'verify' || column === 'restore';
    const volume = await mountVolume(stage, { pullable: true, paced: isSource });
    const reader = await stage.reader({});
    const { image } = stage.props;
    const copy = join(volume.folder, basename(image));
    if (isSource) {
      for (const end of ['', '.pikeep.json']) copyFileSync(image + end, copy + end);
      dropPageCache();
    }
    const places = isSource ? { image: copy } : onVolume(volume, column);
    const args =
      column === 'verify'
        ? ['verify', copy, '--json']
        : stage.args({ device: reader.path, ...places });
    return {
      args,
      ...places,
      isLossy: true,
      during: async (running) => {
        await inTheMiddle(running, column);
        await volume.pull();
      },
      after: () => volume.putBack(),
    };
  },
};

export const destinationRows: readonly Row[] = [full, gone];
