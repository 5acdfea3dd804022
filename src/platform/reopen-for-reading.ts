/** From writing to reading: what proves a restore must come from the medium, through a descriptor that cannot write. */

import {
  close as closeCallback,
  constants,
  fstat as fstatCallback,
  open as openCallback,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BlockDevice } from '../engine/block-device.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { DescriptorLock } from './descriptor-lock.ts';
import { openError } from './device-errors.ts';
import { type OpenedFile, openFile } from './file-device.ts';
import { mediumIdentity } from './medium-identity.ts';

const openDescriptor = promisify(openCallback);
const closeDescriptor = promisify(closeCallback);
const statDescriptor = promisify(fstatCallback);

/**
 * Milliseconds. When a writer closes a device, udev looks at it again and lets the kernel read its partition table anew,
 * which claims the device for a moment (systemd, BLOCK_DEVICE_LOCKING).
 */
const PATIENCE_MS = 3000;
const PAUSE_MS = 100;

export interface WrittenMedium {
  readonly path: string;
  readonly bytes: number;
  readonly sectorSize: number;
  /** As `mediumIdentity` gave it for the descriptor that wrote. */
  readonly identity: string;
  /** The descriptor that wrote; a lock it carries passes to the one that reads. */
  readonly fd: number;
  readonly lock: DescriptorLock | null;
  /** Closes it. */
  readonly close: () => Promise<void>;
}

/**
 * Closes the writing descriptor and opens the same medium for reading, past the page cache. O_DIRECT makes the kernel drop
 * what it holds of a range before it is read (Linux, mm/filemap.c: kiocb_write_and_wait), so nothing else has to be thrown
 * out of memory (BLKFLSBUF) first. Throws IDENTITY_CHANGED, DEVICE_BUSY (somebody mounted it in between), DEVICE_GONE,
 * and the rest of `openFileDevice`.
 */
export async function reopenForReading(medium: WrittenMedium): Promise<BlockDevice> {
  const { path, lock } = medium;
  if (!lock) {
    await medium.close();
    return openSame(medium);
  }
  // A claim (O_EXCL) cannot be handed over, a lock can: somebody holds it at every moment in between.
  const keeper = await openKeeper(path);
  try {
    await lock.shared(medium.fd, path);
    await lock.shared(keeper, path);
    await medium.close();
    return await openSame(medium);
  } finally {
    await closeDescriptor(keeper);
  }
}

async function openSame(medium: WrittenMedium): Promise<BlockDevice> {
  const { path, identity, lock } = medium;
  const { device, fd } = await openPatiently(medium);
  try {
    const found = await mediumIdentity(await statDescriptor(fd));
    if (found !== identity) throw changed(medium, found);
    await lock?.shared(fd, path);
    return device;
  } catch (error) {
    await device.close();
    throw error instanceof PiKeepError ? error : openError(error, path);
  }
}

async function openKeeper(path: string): Promise<number> {
  try {
    return await openDescriptor(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw gone(openError(error, path), path);
  }
}

/** A node that is missing now is a card that has left. */
function gone(error: unknown, path: string): unknown {
  if (!isPiKeepError(error, 'NO_SUCH_DISK')) return error;
  return new PiKeepError('DEVICE_GONE', { path }, { cause: error });
}

async function openPatiently(medium: WrittenMedium): Promise<OpenedFile> {
  const { path, bytes, sectorSize } = medium;
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      const options = { expectedBytes: bytes, sectorSize, exclusive: true, noFollow: true };
      return await openFile(path, options);
    } catch (error) {
      // Something else of that name: another size, a link, a folder.
      if (isPiKeepError(error, 'SIZE_CHANGED', 'UNSUPPORTED')) throw changed(medium, error.message);
      if (!isPiKeepError(error, 'DEVICE_BUSY') || performance.now() > deadline) {
        throw gone(error, path);
      }
    }
    await delay(PAUSE_MS);
  }
}

function changed({ path, identity }: WrittenMedium, found: string): PiKeepError {
  return new PiKeepError('IDENTITY_CHANGED', { disk: path, expected: identity, found });
}
