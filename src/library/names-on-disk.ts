/** Names of files that have to survive a power cut, and must never hide another file. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { destinationError } from './destination-error.ts';

/** A hard link refuses to replace; where the file system has none (exFAT, many servers), a rename after a look. */
export async function moveWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await fs.link(from, to);
  } catch (error) {
    const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
    if (!noLinks.includes(errnoOf(error) ?? '')) throw error;
    if (await exists(to))
      throw new PiKeepError('DESTINATION_EXISTS', { path: to }, { cause: error });
    await fs.rename(from, to);
    return;
  }
  await fs.unlink(from);
}

/** Makes a file's or folder's entry survive a power cut. Some file systems refuse to sync a folder; they have no more to give. */
export async function syncPath(target: string): Promise<void> {
  const handle = await fs.open(target, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

export async function exists(target: string): Promise<boolean> {
  try {
    await fs.lstat(target);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw destinationError(error, path.dirname(target));
  }
}
