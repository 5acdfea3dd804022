/** Small files of our own that lie where anybody may put something else in their place. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { errnoOf } from '../engine/errors.ts';

export interface OrdinaryFile {
  readonly content: Buffer;
  readonly mtimeMs: number;
}

/** ELOOP: a link. ENXIO: a pipe or a socket that nobody serves (man 2 open). */
const others = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO'];

/**
 * Null for whatever is no ordinary file of this user's: somebody else's, a link, a pipe (which is never waited for), one of more
 * than `most` bytes, or one that is gone by now. Throws any other error of the system.
 */
export async function readOrdinaryFile(file: string, most: number): Promise<OrdinaryFile | null> {
  let handle: fs.FileHandle;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    handle = await fs.open(file, flags);
  } catch (error) {
    if (others.includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > most) return null;
    return { content: await handle.readFile(), mtimeMs: stats.mtimeMs };
  } finally {
    await handle.close();
  }
}
