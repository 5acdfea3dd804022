/** Opening the device as the user we are. */

import type { BlockDevice } from '../engine/block-device.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { openFileDevice } from './file-device.ts';
import type { Door, OpenRequest } from './ports.ts';

/**
 * The door for whoever may read the device already: root, a member of the group `disk`, the owner of a file in the slot.
 * EACCES is DOOR_UNAVAILABLE, since another door may have the right; everything else ends the attempt. The device is
 * opened exclusively, so that nothing is mounted while it is copied.
 */
export function createDirectDoor(): Door {
  return { name: 'direct', open: openDirectly };
}

async function openDirectly({ disk }: OpenRequest): Promise<BlockDevice> {
  try {
    return await openFileDevice(disk.rawPath, {
      expectedBytes: disk.bytes,
      sectorSize: disk.sectorBytes,
      exclusive: true,
      noFollow: true,
    });
  } catch (error) {
    if (isPiKeepError(error, 'ACCESS_DENIED')) {
      const detail = `this user may not read ${disk.rawPath}`;
      throw new PiKeepError('DOOR_UNAVAILABLE', { door: 'direct', detail }, { cause: error });
    }
    // The disk was listed a moment ago; a node that is missing now is a card that has left.
    if (isPiKeepError(error, 'NO_SUCH_DISK')) {
      throw new PiKeepError('DEVICE_GONE', { path: disk.rawPath }, { cause: error });
    }
    throw error;
  }
}
