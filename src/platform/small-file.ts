/** Small text files that anybody may have written: read with every bound. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Never waits for a pipe. What is no file or too large reads as "". Throws the system's error, EISDIR for a folder. */
export async function readSmallFile(file: string, maxBytes: number): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    return stats.isFile() && stats.size <= maxBytes ? await handle.readFile('utf8') : '';
  } finally {
    await handle.close();
  }
}
