/** Opening the device as the user we are. */

import type { BlockDevice } from '../engine/block-device.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { openFileDevice } from './file-device.ts';
import type { Door, OpenRequest } from './ports.ts';

/** The program that has this device open, where the system shows it. */
type FindHolder = (path: string) => Promise<{ readonly pid: number; readonly name: string } | null>;

/**
 * The door for whoever may read the device already: root, a member of the group `disk`, the owner of a file in the slot.
 * EACCES is DOOR_UNAVAILABLE, since another door may have the right; everything else ends the attempt. The device is
 * opened exclusively, so that nothing is mounted while it is copied.
 */
export function createDirectDoor(findHolder: FindHolder = async () => null): Door {
  return { name: 'direct', open: (request) => openDirectly(request, findHolder) };
}

async function openDirectly({ disk }: OpenRequest, findHolder: FindHolder): Promise<BlockDevice> {
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
    if (isPiKeepError(error, 'DEVICE_BUSY')) {
      const { path } = error.facts;
      throw new PiKeepError(
        'DEVICE_BUSY',
        { path, holder: await findHolder(path) },
        { cause: error },
      );
    }
    // The disk was listed a moment ago; a node that is missing now is a card that has left.
    if (isPiKeepError(error, 'NO_SUCH_DISK')) {
      throw new PiKeepError('DEVICE_GONE', { path: disk.rawPath }, { cause: error });
    }
    throw error;
  }
}
