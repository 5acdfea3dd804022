/** The door for a restore that needs no root process of ours: macOS opens the card for writing and hands it over. */

import { isPiKeepError, PiKeepError } from '../../engine/errors.ts';
import type { WritableDevice } from '../../engine/writable-device.ts';
import type { OpenRequest, WriteDoor } from '../ports.ts';
import { O_EXLOCK, O_RDWR, openWithAuthopen } from './authopen.ts';
import { checkPrivacy, type Patience, untilFree, withRight } from './authopen-attempts.ts';
import { writableRawDevice } from './raw-device.ts';
import type { MacPlaces } from './tools.ts';

export const writePatience: Patience = { retry: 5000, pause: 400 };

/**
 * Opens the raw disk with `authopen -o 34` (O_RDWR and O_EXLOCK): alone or not at all, since a card that macOS may mount
 * while it is written is a broken card. On macOS 26 the writes of a descriptor that came this way can fail in mid-stream,
 * with WRITE_FAILED (EIO or EPERM); `orderOfWriteDoors` therefore puts the helper first there.
 */
export function createAuthopenWriteDoor(
  places: MacPlaces,
  patience: Patience = writePatience,
): WriteDoor {
  return { name: 'authopen', open: (request) => openCard(places, patience, request) };
}

async function openCard(
  places: MacPlaces,
  patience: Patience,
  request: OpenRequest,
): Promise<WritableDevice> {
  const { disk, signal } = request;
  const path = disk.rawPath;
  // Nobody is asked for a password that cannot help.
  if (disk.writable === false) throw new PiKeepError('WRITE_PROTECTED', { path });
  await checkPrivacy(disk);
  const fd = await withRight(request, `sys.openfile.readwrite.${path}`, (form) => {
    const { authopen } = places.tools;
    const attempt = () =>
      openWithAuthopen({ authopen, path, flags: O_RDWR | O_EXLOCK, form, signal });
    // Without a right of our own each further attempt would show another dialog.
    return form ? untilFree(patience, signal, attempt) : attempt();
  }).catch((error: unknown) => {
    throw asLocked(error, path);
  });
  return writableRawDevice(fd, disk);
}

/** authopen opens as root, to whom macOS answers EACCES only when the medium cannot be written (xnu IOMediaBSDClient). */
function asLocked(error: unknown, path: string): unknown {
  if (!isPiKeepError(error, 'ACCESS_DENIED')) return error;
  return new PiKeepError('WRITE_PROTECTED', { path }, { cause: error });
}
