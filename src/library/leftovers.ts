/** What backups left behind that did not come to their end: killed, crashed, or cut off by a power failure. */

import type { Dirent, Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { WeakIdentity } from '../engine/disk.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { BMAP_SUFFIX } from '../engine/image/bmap.ts';
import { imageFormats } from '../engine/image/image-format.ts';
import { MANIFEST_SUFFIX } from '../engine/image/manifest.ts';
import { seemsSameCard } from '../engine/same-card.ts';
import { english } from '../language/english.ts';
import { CHECKPOINT_SUFFIX, type Unfinished } from './checkpoint.ts';
import { readUnfinished } from './checkpoint-file.ts';
import { removeCheckpoint } from './checkpoint-writer.ts';
import { splitImageName } from './image-name.ts';
import { readOrdinaryFile } from './ordinary-file.ts';
import { isOwnerAlive, OWNER_SUFFIX } from './owner.ts';
import { PARTIAL_SUFFIX } from './partial.ts';

export interface Leftover {
  /** Full path of the `.partial`. */
  readonly file: string;
  /** What the image would have been called. */
  readonly name: string;
  /** Bytes it takes on the disk. */
  readonly storedBytes: number;
  /** How far it came and of which card, where it can be continued. */
  readonly unfinished: Unfinished | null;
}

/** A leftover that can be continued. */
export type Continuable = Leftover & { readonly unfinished: Unfinished };

/** A note is a hundred bytes; anything much longer is none. */
const MAX_NOTE_BYTES = 4096;
const STAT_BLOCK_BYTES = 512;

/**
 * Partials in the library and in the folders of its Pis that no living process owns. Only what has a note of ours beside it
 * counts: other programs call their unfinished downloads ".partial" too. A library that does not exist has none.
 */
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
      if (await isAbandoned(file)) found.push(await leftoverOf(file));
    }
  }
  return found;
}

/**
 * The newest backup in `library` that did not finish and seems to be of this card. Only a look: whether it is, and whether
 * the card is still as it was, is found out when it is continued.
 */
export async function findUnfinished(
  library: string,
  card: WeakIdentity,
): Promise<Continuable | null> {
  const fitting = (await findLeftovers(library))
    .filter((leftover): leftover is Continuable => leftover.unfinished !== null)
    .filter(({ unfinished }) => seemsSameCard(unfinished.weak, card))
    .toSorted((one, other) => Date.parse(other.unfinished.at) - Date.parse(one.unfinished.at));
  return fitting[0] ?? null;
}

async function leftoverOf(file: string): Promise<Leftover> {
  const partial = await statOf(file);
  const unfinished = partial ? await readUnfinished(file + CHECKPOINT_SUFFIX) : null;
  return {
    file,
    name: imageNameOf(file),
    storedBytes: (partial?.blocks ?? 0) * STAT_BLOCK_BYTES,
    unfinished,
  };
}

/**
 * Removes one leftover, with the manifest and the bmap that a crash before the last step can leave beside it. Throws USAGE
 * when the file is no leftover inside `library`: a path from a message can remove nothing else.
 */
export async function clearLeftover(library: string, file: string): Promise<void> {
  const leftovers = await findLeftovers(library);
  const leftover = leftovers.find((candidate) => candidate.file === file);
  if (!leftover) {
    throw new PiKeepError('USAGE', {
      detail: english`That file is not the rest of an unfinished backup.`,
    });
  }
  await clearBeside(file.slice(0, -PARTIAL_SUFFIX.length));
  await fs.rm(file, { force: true });
  await removeCheckpoint(file + CHECKPOINT_SUFFIX);
  await fs.rm(`${file}${OWNER_SUFFIX}.new`, { force: true });
  await fs.rm(file + OWNER_SUFFIX, { force: true });
}

/** Removes what describes an image that never came to be. A bmap is shared by the formats of one name. */
export async function clearBeside(finalPath: string): Promise<void> {
  if ((await statOf(finalPath)) !== null) return;
  await fs.rm(finalPath + MANIFEST_SUFFIX, { force: true });
  const { dir, base } = path.parse(finalPath);
  const stem = splitImageName(base)?.stem;
  if (stem === undefined) return;
  for (const format of imageFormats) {
    if ((await statOf(path.join(dir, `${stem}.${format}`))) !== null) return;
  }
  await fs.rm(path.join(dir, stem + BMAP_SUFFIX), { force: true });
}

/** The `.partial` of every note, whether it was ever made or not. */
function partialNames(names: readonly string[]): readonly string[] {
  const ending = `${PARTIAL_SUFFIX}${OWNER_SUFFIX}`;
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -OWNER_SUFFIX.length));
}

function imageNameOf(file: string): string {
  return path.basename(file).slice(0, -PARTIAL_SUFFIX.length);
}

/** Nobody who is still there owns it, and a note of ours says that somebody did. */
export async function isAbandoned(file: string): Promise<boolean> {
  const note = await readOrdinaryFile(file + OWNER_SUFFIX, MAX_NOTE_BYTES);
  if (note === null) return false;
  const partial = await statOf(file);
  if (partial !== null && !partial.isFile()) return false;
  return !isOwnerAlive(note.content.toString('utf8'), partial?.mtimeMs ?? note.mtimeMs);
}

async function statOf(file: string): Promise<Stats | null> {
  try {
    return await fs.lstat(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
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
