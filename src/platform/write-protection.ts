/** Does the system say that what is open may not be changed? Opening it for writing does not always tell. */

import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { errnoOf } from '../engine/errors.ts';
import { sysfsFolder } from './block-facts.ts';

const ANYBODY_MAY_WRITE = 0o222;

/**
 * For a block device of Linux its flag `ro`: an open for writing succeeds all the same on many drivers, and only the
 * writes are refused (EPERM; measured on 6.18 with a loop device). An image file that nobody may write is a card with its
 * lock switch on, also for root. False where the system cannot be asked.
 */
export async function isWriteProtected(stats: Stats): Promise<boolean> {
  if (stats.isFile()) return (stats.mode & ANYBODY_MAY_WRITE) === 0;
  if (!stats.isBlockDevice()) return false;
  try {
    return (await readFile(`${sysfsFolder(stats.rdev)}/ro`, 'utf8')).trim() === '1';
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENODEV' || errno === 'ENXIO') return false;
    throw error;
  }
}
