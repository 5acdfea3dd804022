/** Opening the device for a restore as the user we are. */

import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import { descriptorLock } from './descriptor-lock.ts';
import type { OpenRequest, WriteDoor } from './ports.ts';
import { openWritableFile } from './writable-file.ts';

/**
 * The door for whoever may write the device already. As `createDirectDoor`: EACCES is DOOR_UNAVAILABLE, everything else
 * ends the attempt. A disk that was listed as write-protected is not opened at all.
 */
export function createDirectWriteDoor(): WriteDoor {
  return { name: 'direct', open: openDirectly };
}

async function openDirectly({ disk }: OpenRequest): Promise<WritableDevice> {
  const path = disk.rawPath;
  if (disk.writable === false) throw new PiKeepError('WRITE_PROTECTED', { path });
  try {
    return await openWritableFile(path, {
      expectedBytes: disk.bytes,
      sectorSize: disk.sectorBytes,
      lock: descriptorLock,
    });
  } catch (error) {
    if (isPiKeepError(error, 'ACCESS_DENIED')) {
      const detail = `this user may not write to ${path}`;
      throw new PiKeepError('DOOR_UNAVAILABLE', { door: 'direct', detail }, { cause: error });
    }
    // The disk was listed a moment ago; a node that is missing now is a card that has left.
    if (isPiKeepError(error, 'NO_SUCH_DISK')) {
      throw new PiKeepError('DEVICE_GONE', { path }, { cause: error });
    }
    throw error;
  }
}
