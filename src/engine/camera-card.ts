/** Counts the pictures on a card of a camera, so that nobody overwrites them unawares. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import type { FatEntry } from './fat-folder.ts';
import { type FatReader, openFatReader } from './fat-reader.ts';

export interface Pictures {
  readonly photos: number;
  readonly videos: number;
  /** There are more; counting was ended. */
  readonly isMore: boolean;
}

/** Enough to say that there are many. */
const MAX_FILES = 20_000;
const MAX_FOLDERS = 500;

/** What cameras and phones write below DCIM (JEITA CP-3461, DCF 2.0, and the raw formats of the makers). */
const photoEndings =
  /\.(?:jpe?g|heic|heif|hif|avif|png|gif|tiff?|dng|raw|arw|cr2|cr3|crw|nef|nrw|orf|pef|raf|rw2|sr2|srw|3fr|x3f|gpr)$/i;
const videoEndings = /\.(?:mp4|mov|avi|mts|m2ts|m4v|3gp|insv|360|crm|braw|mxf)$/i;

/** Files below DCIM of a FAT volume; null where there is no such folder or no FAT. Device errors pass through. */
export async function countPictures(window: BlockDevice): Promise<Pictures | null> {
  const reader = await openFatReader(window);
  if (!reader) return null;
  try {
    return await count(reader);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

async function count(reader: FatReader): Promise<Pictures | null> {
  let photos = 0;
  let videos = 0;
  let folders = 0;
  for await (const { path, entries } of reader.folders(isBelowPictures)) {
    if (path === '/') {
      if (!entries.some((entry) => entry.isFolder && isBelowPictures(`/${entry.name}`)))
        return null;
      continue;
    }
    const files = entries.filter(isOwnFile);
    photos += files.filter(({ name }) => photoEndings.test(name)).length;
    videos += files.filter(({ name }) => videoEndings.test(name)).length;
    if (++folders >= MAX_FOLDERS || photos + videos >= MAX_FILES) {
      return { photos, videos, isMore: true };
    }
  }
  return { photos, videos, isMore: false };
}

function isBelowPictures(path: string): boolean {
  return /^\/DCIM(?:\/|$)/i.test(path);
}

/** Not a folder, not a label, and not the attributes that macOS keeps beside each file ("._NAME"). */
function isOwnFile({ isFolder, isLabel, name }: FatEntry): boolean {
  return !isFolder && !isLabel && !name.startsWith('._');
}

/** Bytes looked at, at either end, before a card counts as empty. */
const END_BYTES = 1024 * 1024;

/** Nothing but zeros (or, on an erased card, ones) in the first and the last MiB, where tables and file systems begin. */
export async function seemsEmpty(device: BlockDevice): Promise<boolean> {
  const first = await readUpTo(device, 0, END_BYTES);
  const last = await readUpTo(device, Math.max(0, device.size - END_BYTES), END_BYTES);
  const filler = first[0];
  if (filler !== 0 && filler !== 0xff) return false;
  return [first, last].every((end) => end.every((byte) => byte === filler));
}
