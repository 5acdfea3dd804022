/** From writing to reading: what proves a restore must come from the medium, through a descriptor that cannot write. */

import { fstat as fstatCallback } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BlockDevice } from '../engine/block-device.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { type OpenedFile, openFile } from './file-device.ts';
import { mediumIdentity } from './medium-identity.ts';

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
  /** Closes that descriptor. */
  readonly close: () => Promise<void>;
}

/**
 * Closes the writing descriptor and opens the same medium for reading, past the page cache. O_DIRECT makes the kernel drop
 * what it holds of a range before it is read (Linux, mm/filemap.c: kiocb_write_and_wait), so nothing else has to be thrown
 * out of memory (BLKFLSBUF) first. Throws IDENTITY_CHANGED, DEVICE_BUSY (somebody mounted it in between), DEVICE_GONE,
 * and the rest of `openFileDevice`.
 */
export async function reopenForReading(medium: WrittenMedium): Promise<BlockDevice> {
  const { path, identity } = medium;
  await medium.close();
  const { device, fd } = await openPatiently(medium);
  try {
    const found = await mediumIdentity(await statDescriptor(fd));
    if (found !== identity) throw changed(medium, found);
    return device;
  } catch (error) {
    await device.close();
    throw error instanceof PiKeepError
      ? error
      : new PiKeepError('DEVICE_GONE', { path }, { cause: error });
  }
}

async function openPatiently(medium: WrittenMedium): Promise<OpenedFile> {
  const { path, bytes, sectorSize } = medium;
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      const options = { expectedBytes: bytes, sectorSize, exclusive: true, noFollow: true };
      return await openFile(path, options);
    } catch (error) {
      if (isPiKeepError(error, 'NO_SUCH_DISK')) {
        throw new PiKeepError('DEVICE_GONE', { path }, { cause: error });
      }
      // Another size, or a link or a folder in its place.
      if (isPiKeepError(error, 'SIZE_CHANGED', 'UNSUPPORTED')) throw changed(medium, error.message);
      if (!isPiKeepError(error, 'DEVICE_BUSY') || performance.now() > deadline) throw error;
    }
    await delay(PAUSE_MS);
  }
}

function changed({ path, identity }: WrittenMedium, found: string): PiKeepError {
  return new PiKeepError('IDENTITY_CHANGED', { disk: path, expected: identity, found });
}
