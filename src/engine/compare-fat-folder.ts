/** Compares the folders of two FAT volumes entry by entry; only dates of the last access may differ. */

import { Bitmap } from './bitmap.ts';
import type { FatEntry } from './fat-folder.ts';
import { childPath, type FatFolder, type FatReader, MAX_FOLDER_BYTES } from './fat-reader.ts';

const ENTRY_BYTES = 32;
/** Two bytes in an entry (specification 1.03, section 6). */
const ACCESS_DATE_AT = 18;

/** Folders that macOS makes in the root of every volume it mounts. */
const mountFolders: ReadonlySet<string> = new Set(['.Spotlight-V100', '.fseventsd', '.Trashes']);

export function isMountFolder(name: string): boolean {
  return mountFolders.has(name);
}

/** Whether a path is that of such a folder, of its attributes, or of something inside. */
export function isMountPath(path: string): boolean {
  const [, top = ''] = path.split('/');
  return isMountFolder(top) || (top.startsWith('._') && isMountFolder(top.slice(2)));
}

/**
 * One of those folders, or the file in which macOS keeps a folder's attributes on a file system that has none ("._NAME",
 * AppleDouble).
 */
export function isMountMade({ name, isFolder, isLabel }: FatEntry): boolean {
  if (isLabel) return false;
  return isFolder ? isMountFolder(name) : name.startsWith('._') && isMountFolder(name.slice(2));
}

interface Pair {
  readonly was: FatFolder;
  readonly is: FatFolder;
}

/** Null when every folder holds the same entries; else the first path that differs, in words. */
export async function compareFolders(before: FatReader, now: FatReader): Promise<string | null> {
  const entered = new Bitmap(before.geometry.clusters);
  const pending: { path: string; cluster: number }[] = [];
  let pair: Pair = { was: await before.root(), is: await now.root() };
  for (;;) {
    const trouble = comparePair(pair);
    if (trouble !== null) return trouble;
    for (const entry of ownEntries(pair.was)) {
      if (!entry.isFolder || entry.isLabel) continue;
      const path = childPath(pair.was.path, entry.name);
      pending.push({ path, cluster: before.firstOf(entry) });
    }
    let next = pending.pop();
    while (next && (!before.exists(next.cluster) || entered.has(next.cluster - 2))) {
      next = pending.pop();
    }
    if (!next) return null;
    entered.add(next.cluster - 2);
    pair = {
      was: await before.folder(next.cluster, next.path),
      is: await now.folder(next.cluster, next.path),
    };
  }
}

function comparePair({ was, is }: Pair): string | null {
  if (Math.max(was.bytes.length, is.bytes.length) > MAX_FOLDER_BYTES) {
    return `${was.path} is too large a folder`;
  }
  if (was.path !== '/') {
    // "." and "..", which are no entries of the folder's own.
    const head = (folder: FatFolder): Uint8Array =>
      withoutAccessDates(folder.bytes.subarray(0, 2 * ENTRY_BYTES));
    if (Buffer.compare(head(was), head(is)) !== 0) return `the head of ${was.path} differs`;
  }
  const left = ownEntries(was);
  const right = ownEntries(is);
  for (const [index, entry] of left.entries()) {
    const other = right[index];
    const path = childPath(was.path, entry.name);
    if (!other) return `${path} is missing`;
    if (Buffer.compare(slots(was, entry), slots(is, other)) !== 0) {
      return `the folder entry of ${path} differs`;
    }
  }
  const added = right[left.length];
  return added ? `${childPath(is.path, added.name)} was added` : null;
}

function ownEntries(folder: FatFolder): FatEntry[] {
  return folder.entries.filter((entry) => folder.path !== '/' || !isMountMade(entry));
}

/** An entry with its long name, all of it but the date of the last access. */
function slots(folder: FatFolder, { start, at }: FatEntry): Uint8Array {
  return withoutAccessDates(folder.bytes.subarray(start, at + ENTRY_BYTES));
}

/** Whole entries with the dates of the last access blanked in all that are no parts of long names. */
export function withoutAccessDates(entries: Uint8Array): Uint8Array {
  const bytes = entries.slice();
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    if (((bytes[at + 11] ?? 0) & 0x3f) === 0x0f) continue;
    bytes.fill(0, at + ACCESS_DATE_AT, at + ACCESS_DATE_AT + 2);
  }
  return bytes;
}
