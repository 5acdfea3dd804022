/** One look at everything the app shows of a library. */

import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../engine/errors.ts';
import { type CheckRecord, type CheckRecords, checkKey, readChecks } from './check-records.ts';
import { lastReadOf, looseImage, readImageOf } from './last-read.ts';
import { type Library, readLibrary } from './library.ts';
import { NoAnswer, patiently } from './patience.ts';
import { groupByPi, type Pi } from './pi-groups.ts';
import { openPiStore, type PiStore } from './pi-store.ts';

export interface LibraryLook {
  readonly library: Library;
  readonly pis: readonly Pi[];
  readonly store: PiStore;
  readonly checks: CheckRecords;
  /** Why nothing can be said about what is in it; null where it can be read, or is not made yet. Goes with the folder before it. */
  readonly trouble: string | null;
}

const PATIENCE_MS = 10_000;

/** Never throws for what lies in the library or has become of it. Throws INTERRUPTED. */
export async function lookAtLibrary(
  folder: string,
  recordsFolder: string,
  signal: AbortSignal,
): Promise<LibraryLook> {
  const now = new Date();
  const library = await readLibrary(folder, { now, signal });
  const own = library.problems.find(({ path }) => path === folder)?.problem ?? null;
  const trouble = own !== null && (await isToBeMade(folder, signal)) ? null : own;
  // Nothing is opened, and nothing set aside, in what does not answer.
  const isThere = own === null;
  return {
    library,
    pis: groupByPi(library.backups, now),
    store: await openPiStore(isThere ? folder : NOWHERE),
    checks: isThere ? await checksOf(library, recordsFolder, signal) : new Map(),
    trouble,
  };
}

/** Of the images as they are now. */
async function checksOf(
  { folder, backups, images }: Library,
  recordsFolder: string,
  signal: AbortSignal,
): Promise<CheckRecords> {
  const records = new Map<string, CheckRecord>();
  const patience = { patienceMs: PATIENCE_MS, signal };
  const old = await patiently(() => readChecks(folder), patience).catch(noAnswer);
  if (old === null) return records;
  const asked = [
    ...backups.map((backup) => ({
      image: readImageOf(backup),
      file: { bytes: backup.fileBytes, modified: Math.trunc(backup.stamp.mtimeMs) },
    })),
    ...images.map(({ path, fileBytes, modified }) => ({
      image: looseImage(path),
      file: { bytes: fileBytes, modified: Date.parse(modified) },
    })),
  ];
  for (const { image, file } of asked) {
    const last = await patiently(() => lastReadOf(image, recordsFolder, old), patience).catch(
      noAnswer,
    );
    // A volume that has fallen silent is not asked a thousand times.
    if (last === null) break;
    if (!last.check) continue;
    const { method: _, ...check } = last.check;
    const backup = checkKey(image);
    records.set(backup, { backup, image: file, ...check });
  }
  return records;
}

/** A folder that nobody can make below, so nothing is ever there. */
const NOWHERE = '/dev/null/library';

function noAnswer(error: unknown): null {
  if (error instanceof NoAnswer) return null;
  throw error;
}

/** It does not exist, and the folder around it does: the first backup makes it. Without that, its disk is not there. */
async function isToBeMade(folder: string, signal: AbortSignal): Promise<boolean> {
  try {
    const patience = { patienceMs: PATIENCE_MS, signal };
    if (!(await isMissing(() => patiently(() => fs.lstat(folder), patience)))) return false;
    return !(await isMissing(() => patiently(() => fs.stat(dirname(folder)), patience)));
  } catch (error) {
    if (error instanceof NoAnswer || errnoOf(error) !== null) return false;
    throw error;
  }
}

async function isMissing(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return false;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}
