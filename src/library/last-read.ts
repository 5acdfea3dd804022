/** When every byte of an image was read the last time: by a check on this computer, or by the proof when it was made. */

import { stat } from 'node:fs/promises';
import { errnoOf, isPiKeepError } from '../engine/errors.ts';
import { type CheckRecord, type CheckRecords, checkKey } from './check-records.ts';
import type { LibraryBackup } from './library.ts';
import { type CheckedFile, type KeptCheck, keepCheck, readKeptCheck } from './report-file.ts';

export interface LastRead {
  /** Null when it was never checked here. */
  readonly check: KeptCheck | null;
  /** The later of both (ISO 8601), for `isCheckDue`; null: never read. */
  readonly at: string | null;
}

/** What a check knows an image by; without a manifest there is no content, nor a time at which it was made. */
export type ReadImage = Pick<LibraryBackup, 'path' | 'at' | 'copyOf'> & {
  readonly contentSha256: string | null;
  /** Null where it was not proven when it was made. */
  readonly provenAt: string | null;
};

export function readImageOf(backup: LibraryBackup): ReadImage {
  const { path, at, copyOf, contentSha256, verified, finishedAt } = backup;
  return { path, at, copyOf, contentSha256, provenAt: verified ? finishedAt : null };
}

/** What `checkKey` and the records folder know an image without a manifest by. */
export function looseImage(path: string): ReadImage {
  return { path, at: '', copyOf: null, contentSha256: null, provenAt: null };
}

/**
 * `old`: what `readChecks` found in the library. It is taken over into the records folder, where that can be written. An image
 * that has gone meanwhile was never read.
 */
export async function lastReadOf(
  image: ReadImage,
  recordsFolder: string,
  old: CheckRecords,
): Promise<LastRead> {
  const { path, contentSha256, provenAt } = image;
  try {
    const { size: bytes, mtimeMs: modifiedMs } = await stat(path);
    const file = { contentSha256, path, bytes, modifiedMs };
    const kept = await readKeptCheck(recordsFolder, file);
    const before = old.get(checkKey(image));
    const isOfThis =
      before?.image.bytes === bytes && before.image.modified === Math.trunc(modifiedMs);
    const isNewer = before && isOfThis && (!kept || timeOf(before.at) > timeOf(kept.at));
    const check = isNewer ? await takeOver(recordsFolder, file, before) : kept;
    const read = check?.wasRead ? check.at : null;
    const at = provenAt !== null && timeOf(provenAt) > timeOf(read) ? provenAt : read;
    return { check, at };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EIO'].includes(errnoOf(error) ?? '')) {
      return { check: null, at: null };
    }
    throw error;
  }
}

/** Where it cannot be written, the old file goes on telling it. */
async function takeOver(
  recordsFolder: string,
  file: CheckedFile,
  { at, verdict, sentence, checks, more, wasRead }: CheckRecord,
): Promise<KeptCheck> {
  const check = { at, verdict, sentence, method: null, checks, more, wasRead };
  try {
    await keepCheck(recordsFolder, file, check);
  } catch (error) {
    if (!isPiKeepError(error)) throw error;
  }
  return check;
}

function timeOf(at: string | null): number {
  return at === null ? Number.NEGATIVE_INFINITY : Date.parse(at);
}
