/** When every byte of a backup was read the last time: by a check on this computer, or by the proof when it was made. */

import { stat } from 'node:fs/promises';
import { errnoOf } from '../engine/errors.ts';
import type { LibraryBackup } from './library.ts';
import { type LastCheck, readLastCheck } from './report-file.ts';

export interface LastRead {
  /** Null when it was never checked here. */
  readonly check: LastCheck | null;
  /** The later of both (ISO 8601), for `isCheckDue`; null: never read. */
  readonly at: string | null;
}

/** A backup that has gone meanwhile was never read. */
export async function lastReadOf(
  backup: Pick<LibraryBackup, 'path' | 'contentSha256' | 'verified' | 'finishedAt'>,
  recordsFolder: string,
): Promise<LastRead> {
  const { path, contentSha256, verified, finishedAt } = backup;
  try {
    const { size: bytes, mtimeMs: modifiedMs } = await stat(path);
    const check = await readLastCheck(recordsFolder, { contentSha256, path, bytes, modifiedMs });
    const times = [check?.at, verified ? finishedAt : undefined].filter((at) => at !== undefined);
    const [latest = null] = times.toSorted((one, other) => Date.parse(other) - Date.parse(one));
    return { check, at: latest };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EIO'].includes(errnoOf(error) ?? '')) {
      return { check: null, at: null };
    }
    throw error;
  }
}
