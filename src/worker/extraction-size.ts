/** How much there is to take, and whether the destination has room for it. */

import { PiKeepError } from '../engine/errors.ts';
import type { FileTree } from '../engine/file-tree.ts';
import { oneFilesTrouble } from '../library/extract-file.ts';
import type { VolumeFacts } from '../platform/ports.ts';
import type { Wanted } from './extract-task.ts';
import { exact } from './listed-file.ts';

/** Files from this size on may hold much less than they claim, and are looked at where room is short. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** Bytes that the files claim together, holes included. */
export async function sumUp(wanted: readonly Wanted[], signal: AbortSignal): Promise<number> {
  let total = 0;
  for await (const { bytes } of filesOf(wanted, signal)) total = exact(total + bytes);
  return total;
}

/** Throws DESTINATION_TOO_SMALL when the files do not fit. `total` is what they claim. */
export async function requireRoom(
  wanted: readonly Wanted[],
  total: number,
  path: string,
  { freeBytes, keepsHoles, maxFileBytes }: VolumeFacts,
  signal: AbortSignal,
): Promise<void> {
  if (total <= freeBytes) return;
  let neededBytes = 0;
  for await (const { tree, path: file, bytes } of filesOf(wanted, signal)) {
    // It will be skipped.
    if (bytes > maxFileBytes) continue;
    const isPlain = bytes < LARGE_BYTES || !keepsHoles;
    neededBytes += isPlain ? bytes : await storedBytes(tree, file, freeBytes, signal);
    if (neededBytes > freeBytes) {
      throw new PiKeepError('DESTINATION_TOO_SMALL', { path, neededBytes, freeBytes });
    }
  }
}

/** Without holes; counted no further than `enough`. A damaged file counts as far as it can be read. */
async function storedBytes(
  tree: FileTree,
  path: string,
  enough: number,
  signal: AbortSignal,
): Promise<number> {
  let sum = 0;
  try {
    for await (const { bytes, data } of tree.read(path, { signal })) {
      if (data) sum += bytes;
      if (sum > enough) break;
    }
  } catch (error) {
    if (oneFilesTrouble(error) === null) throw error;
  }
  return sum;
}

async function* filesOf(
  wanted: readonly Wanted[],
  signal: AbortSignal,
): AsyncGenerator<{ tree: FileTree; path: string; bytes: number }, void, void> {
  for (const { tree, path, facts } of wanted) {
    if (facts.kind === 'file') yield { tree, path, bytes: facts.bytes };
    if (facts.kind !== 'folder') continue;
    for await (const file of tree.walk(path, { signal })) {
      if (file.kind === 'file') yield { tree, path: file.path, bytes: file.bytes };
    }
  }
}
