/** The door that needs no root process of ours: macOS opens the card read-only and hands over the descriptor. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { BlockDevice } from '../../engine/block-device.ts';
import type { Disk } from '../../engine/disk.ts';
import { errnoOf, isPiKeepError, PiKeepError } from '../../engine/errors.ts';
import { openError } from '../device-errors.ts';
import type { Door, OpenRequest } from '../ports.ts';
import { O_EXLOCK, O_RDONLY, openWithAuthopen } from './authopen.ts';
import { guardMounts } from './mount-guard.ts';
import { pause } from './pause.ts';
import { rawDevice } from './raw-device.ts';
import type { MacPlaces } from './tools.ts';

/** Times in milliseconds. */
export interface AuthopenTimes {
  /** How long to go on asking for the card alone. */
  readonly retry: number;
  readonly pause: number;
  /** Between two looks whether a shared card was mounted. */
  readonly mountCheck: number;
}

export const authopenTimes: AuthopenTimes = { retry: 3000, pause: 400, mountCheck: 5000 };

/**
 * Opens the raw disk with `authopen`. The plain open before it tells macOS's privacy refusal (EPERM) from the ordinary
 * one (EACCES), so that nobody types a password in vain.
 */
export function createAuthopenDoor(places: MacPlaces, times: AuthopenTimes = authopenTimes): Door {
  return {
    name: 'authopen',
    async open(request) {
      await checkPrivacy(request.disk);
      const { fd, shared } = await openCard(places, times, request);
      const device = await rawDevice(fd, request.disk);
      return shared ? watchedDevice(device, places, times, request) : device;
    },
  };
}

/** Throws PRIVACY_REFUSED, or DEVICE_GONE for a card that has left since it was listed. */
async function checkPrivacy(disk: Disk): Promise<void> {
  try {
    const handle = await open(disk.rawPath, constants.O_RDONLY | constants.O_NONBLOCK);
    await handle.close();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EACCES' || errno === 'EBUSY') return;
    if (errno === 'ENOENT') {
      throw new PiKeepError('DEVICE_GONE', { path: disk.rawPath }, { cause: error });
    }
    throw openError(error, disk.rawPath);
  }
}

/** Alone if that can be had (nothing can then mount the card while it is read), shared otherwise. */
async function openCard(
  places: MacPlaces,
  times: AuthopenTimes,
  { disk, authorizer, prompt, signal, onWarning }: OpenRequest,
): Promise<{ fd: number; shared: boolean }> {
  const form = authorizer
    ? await authorizer.authorize(`sys.openfile.readonly.${disk.rawPath}`, prompt)
    : null;
  const attempt = (flags: number) =>
    openWithAuthopen({ authopen: places.tools.authopen, path: disk.rawPath, flags, form, signal });
  try {
    const deadline = performance.now() + times.retry;
    for (;;) {
      try {
        return { fd: await attempt(O_RDONLY | O_EXLOCK), shared: false };
      } catch (error) {
        // Without a right of our own each further attempt would show another dialog.
        if (!form || !isPiKeepError(error, 'DEVICE_BUSY')) throw error;
        if (performance.now() + times.pause > deadline) break;
      }
      await pause(times.pause, signal);
    }
    return { fd: await attempt(O_RDONLY), shared: true };
  } finally {
    // A right that could not be given back ends with this process; that is no reason to end the backup.
    await authorizer?.release?.().catch((error: unknown) =>
      onWarning?.({
        code: 'RIGHT_NOT_RETURNED',
        text: `The right to read was not given back: ${error}`,
      }),
    );
  }
}

/** A card that others may open too: said at once, and again if macOS mounts it meanwhile. */
function watchedDevice(
  device: BlockDevice,
  places: MacPlaces,
  times: AuthopenTimes,
  { disk, onWarning }: OpenRequest,
): BlockDevice {
  onWarning?.({
    code: 'OPENED_SHARED',
    text: `Another program keeps ${disk.id} open, so it could not be locked while it is read.`,
  });
  const guard = guardMounts(places.tools, disk.id, times.mountCheck, () =>
    onWarning?.({
      code: 'MOUNTED_WHILE_READING',
      text: `${disk.id} was mounted while it was read; files that changed meanwhile may be damaged in the image.`,
    }),
  );
  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    read: (into, offset) => device.read(into, offset),
    async close() {
      await guard.close();
      await device.close();
    },
  };
}
