/** Where files go that are saved from a page in a browser, which has no dialog of its own for a folder of ours. */

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';

const MAX_TRIES = 100;
const MAX_TITLE = 60;

/**
 * Makes a new folder in the user's Downloads, or in the home folder where there is none: "Files of octopi", "Files of octopi 2",
 * … Nothing that is there is touched. Throws DESTINATION_NOT_WRITABLE.
 */
export async function newDownloadFolder(home: string, title: string): Promise<string> {
  const downloads = join(home, 'Downloads');
  const parent = (await isFolder(downloads)) ? downloads : home;
  const name = `Files of ${fileName(title)}`;
  for (let count = 1; count <= MAX_TRIES; count++) {
    const folder = join(parent, count === 1 ? name : `${name} ${count}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EEXIST') continue;
      const facts = { path: folder, errno: code ?? String(error) };
      throw new PiKeepError('DESTINATION_NOT_WRITABLE', facts, { cause: error });
    }
  }
  throw new PiKeepError('DESTINATION_NOT_WRITABLE', { path: join(parent, name), errno: 'EEXIST' });
}

/** A title comes off a card and can be anything. */
function fileName(title: string): string {
  const plain = title
    .toWellFormed()
    .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, MAX_TITLE)
    .toWellFormed();
  return plain === '' ? 'an image' : plain;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return false;
  }
}
