/** Refusals when the card is opened. */

import { chownSync, readdirSync } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from './scene.ts';

/** Nobody on this computer. */
const STRANGER = 64_777;

function refused(errno: 'EPERM' | 'ENXIO', number: number, what: string): Row {
  return {
    name: errno.toLowerCase(),
    title: errno,
    how: `Opening the device fails with ${errno} (LD_PRELOAD): ${what}.`,
    async scene(stage) {
      const { path } = await stage.loop();
      return {
        args: stage.args({ device: path }),
        env: {
          LD_PRELOAD: stage.props.preload,
          REFUSE_PATH: path,
          REFUSE_ERRNO: String(number),
        },
        isLossy: true,
      };
    },
  };
}

const eacces: Row = {
  name: 'eacces',
  title: 'EACCES',
  how: 'An ordinary user runs the command, who may not open the device; no other way of opening is left (--door direct).',
  async scene(stage) {
    const { path } = await stage.loop();
    for (const name of ['', ...readdirSync(stage.folder)]) {
      chownSync(join(stage.folder, name), STRANGER, STRANGER);
    }
    return {
      args: [...stage.args({ device: path }), '--door', 'direct'],
      uid: STRANGER,
      isLossy: true,
    };
  },
};

const ebusy: Row = {
  name: 'ebusy',
  title: 'EBUSY',
  how: 'Another program holds the device (O_EXCL).',
  async scene(stage) {
    const { path } = await stage.loop();
    const holder = await open(path, constants.O_RDONLY | constants.O_EXCL);
    stage.later(() => holder.close());
    return { args: stage.args({ device: path }), isLossy: true };
  },
};

export const openingRows: readonly Row[] = [
  refused('EPERM', 1, 'what privacy control does on a Mac'),
  eacces,
  ebusy,
  refused('ENXIO', 6, 'the card is gone'),
];
