/** Takes backups out of a library, after a plan that was shown. */

import type { Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { imageFormats } from '../engine/image/image-format.ts';
import { destinationError } from './destination-error.ts';
import type { ForgetPlan } from './forget-plan.ts';
import { splitImageName } from './image-name.ts';
import type { LibraryBackup } from './library.ts';
import { stampOf } from './library-files.ts';
import { syncPath } from './names-on-disk.ts';

/** How one file leaves. Throws when it is still there. */
export type RemoveFile = (file: string) => Promise<void>;

export interface ForgetOptions {
  readonly remove: RemoveFile;
  readonly signal?: AbortSignal;
  /** Called after each backup that is gone. */
  readonly onForgotten?: (backup: LibraryBackup) => void;
}

/**
 * Removes what the plan says, each image first: whatever happens then, no image is left under a final name without its
 * manifest. Right before, every backup that is to stay is looked at again, and each that is to go: throws LIBRARY_CHANGED when one
 * is not as it was when the plan was made. Whatever `remove` throws ends the work; what is gone by then was told.
 */
export async function forget(
  plan: ForgetPlan<LibraryBackup>,
  { remove, signal, onForgotten }: ForgetOptions,
): Promise<void> {
  if (plan.forget.length === 0) return;
  for (const { backup } of plan.keep) await requireUnchanged(backup);
  for (const { backup } of plan.forget) {
    throwIfInterrupted(signal);
    await requireUnchanged(backup);
    await remove(backup.path);
    await settle(backup.path);
    await removeIfThere(backup.manifest, remove);
    if (backup.bmap !== null && !(await isShared(backup))) await removeIfThere(backup.bmap, remove);
    onForgotten?.(backup);
  }
}

/** Removes for good. Read-only files are removed like any other: the folder's permission counts. */
export async function deleteFile(file: string): Promise<void> {
  try {
    await fs.unlink(file);
  } catch (error) {
    throw destinationError(error, file);
  }
}

async function requireUnchanged({ path: file, stamp }: LibraryBackup): Promise<void> {
  const stats = await statOf(file);
  const now = stats && stampOf(stats);
  const isSame =
    now !== null &&
    stats?.isFile() === true &&
    now.dev === stamp.dev &&
    now.ino === stamp.ino &&
    now.size === stamp.size &&
    now.mtimeMs === stamp.mtimeMs;
  if (!isSame) throw new PiKeepError('LIBRARY_CHANGED', { path: file });
}

/** A bmap is shared by the formats of one name. */
async function isShared({ path: image }: LibraryBackup): Promise<boolean> {
  const { dir, base } = path.parse(image);
  const stem = splitImageName(base)?.stem;
  if (stem === undefined || !base.startsWith(stem)) return true;
  for (const format of imageFormats) {
    if ((await statOf(path.join(dir, `${stem}.${format}`))) !== null) return true;
  }
  return false;
}

async function removeIfThere(file: string, remove: RemoveFile): Promise<void> {
  if ((await statOf(file)) !== null) await remove(file);
}

/** The image has to be gone from the disk before its manifest can go. */
async function settle(file: string): Promise<void> {
  if ((await statOf(file)) !== null) throw new PiKeepError('LIBRARY_CHANGED', { path: file });
  await syncPath(path.dirname(file));
}

async function statOf(file: string): Promise<Stats | null> {
  try {
    return await fs.lstat(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw destinationError(error, file);
  }
}
