/** The lock that keeps two programs from writing one card: flock(2), which Node lacks. It ends with its process, whatever ends that. */

import { setTimeout as delay } from 'node:timers/promises';
import { PiKeepError } from '../engine/errors.ts';
import { loadKoffi } from './macos/ffi.ts';

/** sys/file.h, the same numbers on Linux and macOS. */
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Milliseconds. udev looks at a card that just came, or was just unmounted, under such a lock of its own. */
const PATIENCE_MS = 1500;
const PAUSE_MS = 50;

export interface DescriptorLock {
  /** Nobody else may lock it. Throws DEVICE_BUSY, UNSUPPORTED where the file system knows no locks. */
  alone(fd: number, path: string): Promise<void>;
  /** Others may lock it for reading too, and nobody for writing. A lock that was held alone becomes this one. Throws as `alone`. */
  shared(fd: number, path: string): Promise<void>;
}

/**
 * An image file in the slot has no O_EXCL, so this is what makes one restore at a time of it. On a block device of Linux it
 * also tells udev not to look at the card, and so the desktop not to mount it, while it is written and proven (systemd,
 * BLOCK_DEVICE_LOCKING).
 */
export const descriptorLock: DescriptorLock = {
  alone: (fd, path) => lock(fd, path, LOCK_EX),
  shared: (fd, path) => lock(fd, path, LOCK_SH),
};

async function lock(fd: number, path: string, kind: number): Promise<void> {
  const koffi = loadKoffi();
  const flock = koffi.load(null).func('flock', 'int', ['int', 'int']);
  const deadline = performance.now() + PATIENCE_MS;
  while (flock(fd, kind | LOCK_NB) !== 0) {
    const errno = koffi.errno();
    if (errno !== koffi.os.errno['EWOULDBLOCK'] && errno !== koffi.os.errno['EAGAIN']) {
      throw new PiKeepError('UNSUPPORTED', { what: `locking ${path} (errno ${errno})` });
    }
    if (performance.now() > deadline) throw new PiKeepError('DEVICE_BUSY', { path });
    await delay(PAUSE_MS);
  }
}
