/** The door that needs no root process of ours: macOS opens the card read-only and hands over the descriptor. */

import type { BlockDevice } from '../../engine/block-device.ts';
import { isPiKeepError } from '../../engine/errors.ts';
import type { Door, OpenRequest } from '../ports.ts';
import { O_EXLOCK, O_RDONLY, openWithAuthopen } from './authopen.ts';
import { checkPrivacy, type Patience, untilFree, withRight } from './authopen-attempts.ts';
import { guardMounts } from './mount-guard.ts';
import { rawDevice } from './raw-device.ts';
import type { MacPlaces } from './tools.ts';

/** Times in milliseconds. */
export interface AuthopenTimes extends Patience {
  /** Between two looks whether a shared card was mounted. */
  readonly mountCheck: number;
}

export const authopenTimes: AuthopenTimes = { retry: 3000, pause: 400, mountCheck: 5000 };

/** Opens the raw disk with `authopen`, after a look whether macOS's privacy control lets anybody. */
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

/** Alone if that can be had (nothing can then mount the card while it is read), shared otherwise. */
function openCard(
  places: MacPlaces,
  times: AuthopenTimes,
  request: OpenRequest,
): Promise<{ fd: number; shared: boolean }> {
  const { disk, signal } = request;
  return withRight(request, `sys.openfile.readonly.${disk.rawPath}`, async (form) => {
    const { authopen } = places.tools;
    const attempt = (flags: number) =>
      openWithAuthopen({ authopen, path: disk.rawPath, flags, form, signal });
    const alone = () => attempt(O_RDONLY | O_EXLOCK);
    // Without a right of our own each further attempt would show another dialog.
    if (!form) return { fd: await alone(), shared: false };
    try {
      return { fd: await untilFree(times, signal, alone), shared: false };
    } catch (error) {
      if (!isPiKeepError(error, 'DEVICE_BUSY')) throw error;
    }
    return { fd: await attempt(O_RDONLY), shared: true };
  });
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
