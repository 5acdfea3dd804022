/** Opening a raw disk for a restore as the user we are: root, in practice. */

import { constants, open as openCallback } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf, PiKeepError } from '../../engine/errors.ts';
import type { WritableDevice } from '../../engine/writable-device.ts';
import type { OpenRequest, WriteDoor } from '../ports.ts';
import { openForWritingError } from '../write-errors.ts';
import { O_EXLOCK } from './authopen.ts';
import { type Patience, untilFree } from './authopen-attempts.ts';
import { writePatience } from './authopen-write-door.ts';
import { writableRawDevice } from './raw-device.ts';

const openDescriptor = promisify(openCallback);

/** Without O_NONBLOCK an open with O_EXLOCK would wait for whoever has the lock (man 2 open). */
const FLAGS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK | O_EXLOCK;

/** EACCES is DOOR_UNAVAILABLE, except to root, who gets it from a card whose lock switch is on. Everything else ends the attempt. */
export function createRawWriteDoor(patience: Patience = writePatience): WriteDoor {
  return { name: 'direct', open: (request) => openRaw(patience, request) };
}

async function openRaw(patience: Patience, { disk, signal }: OpenRequest): Promise<WritableDevice> {
  if (disk.writable === false) throw new PiKeepError('WRITE_PROTECTED', { path: disk.rawPath });
  const fd = await untilFree(patience, signal, () => openOnce(disk.rawPath));
  return writableRawDevice(fd, disk);
}

async function openOnce(path: string): Promise<number> {
  try {
    return await openDescriptor(path, FLAGS);
  } catch (error) {
    const isRoot = process.getuid?.() === 0;
    if (errnoOf(error) === 'EACCES' && !isRoot) {
      const detail = `this user may not write to ${path}`;
      throw new PiKeepError('DOOR_UNAVAILABLE', { door: 'direct', detail }, { cause: error });
    }
    if (errnoOf(error) === 'ENOENT') {
      throw new PiKeepError('DEVICE_GONE', { path }, { cause: error });
    }
    throw openForWritingError(error, path, errnoOf(error) === 'EACCES');
  }
}
