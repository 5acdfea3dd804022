/** What backups left behind that did not come to their end: killed, crashed, or cut off by a power failure. */

import type { Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { MANIFEST_SUFFIX } from '../engine/image/manifest.ts';
import { isOwnerAlive, OWNER_SUFFIX } from './owner.ts';
import { PARTIAL_SUFFIX } from './partial.ts';

export interface Leftover {
  /** Full path of the `.partial`. */
  readonly file: string;
  /** What the image would have been called. */
  readonly name: string;
  /** Bytes it takes on the disk. */
  readonly storedBytes: number;
}

/** Partials in the library and in the folders of its Pis that no living process owns. A library that does not exist has none. */
export async function findLeftovers(library: string): Promise<Leftover[]> {
  const folders = [library];
  for (const entry of await entriesOf(library)) {
    if (entry.isDirectory()) folders.push(path.join(library, entry.name));
  }
  const found: Leftover[] = [];
  for (const folder of folders) {
    const names = (await entriesOf(folder))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    for (const name of partialNames(names)) {
      const file = path.join(folder, name);
      if (await isAbandoned(file))
        found.push({ file, name: imageNameOf(file), storedBytes: await storedBytes(file) });
    }
  }
  return found;
}

/**
 * Removes one leftover, with the manifest that a crash between the last two steps can leave beside it. Throws USAGE when
 * the file is no leftover inside `library`: a path from a message can remove nothing else.
 */
export async function clearLeftover(library: string, file: string): Promise<void> {
  const leftovers = await findLeftovers(library);
  const leftover = leftovers.find((candidate) => candidate.file === file);
  if (!leftover) {
    throw new PiKeepError('USAGE', {
      detail: 'That file is not the rest of an unfinished backup.',
    });
  }
  const finalPath = file.slice(0, -PARTIAL_SUFFIX.length);
  if (!(await isThere(finalPath))) await fs.rm(finalPath + MANIFEST_SUFFIX, { force: true });
  await fs.rm(file, { force: true });
  await fs.rm(file + OWNER_SUFFIX, { force: true });
}

/** `.partial` files, and notes whose `.partial` was never made. */
function partialNames(names: readonly string[]): Set<string> {
  const ending = `${PARTIAL_SUFFIX}${OWNER_SUFFIX}`;
  return new Set(
    names.flatMap((name) => {
      if (name.endsWith(PARTIAL_SUFFIX)) return [name];
      return name.endsWith(ending) ? [name.slice(0, -OWNER_SUFFIX.length)] : [];
    }),
  );
}

function imageNameOf(file: string): string {
  return path.basename(file).slice(0, -PARTIAL_SUFFIX.length);
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    return !isOwnerAlive(await fs.readFile(file + OWNER_SUFFIX, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}

async function storedBytes(file: string): Promise<number> {
  try {
    return (await fs.stat(file)).blocks * 512;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await fs.lstat(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    // A folder this user may not look into holds no backup of theirs.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}
