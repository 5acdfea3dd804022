/** A cheap look whether a plain image is the one a manifest speaks of: a few entries of the map, hashed again. */

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';

interface Entry {
  readonly offset: number;
  readonly bytes: number;
  readonly sha256: string;
}

const MAP_STARTS = ',"map":[';
/** As in `manifest-head.ts`: the map of an image has to begin in here. */
const MAX_FRONT_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** Chunks of the map that entries are taken from, and entries of each; an entry covers 8 MiB at most. */
const CHUNKS = 4;
const EACH = 2;
const MAX_ENTRY_BYTES = 8 * 1024 * 1024;

/** True when every sampled entry is in the image as the manifest says. A manifest without entries proves nothing: false. */
export async function sampleFits(manifest: string, image: string): Promise<boolean> {
  const entries = await sampleOfMap(manifest);
  if (entries.length === 0) return false;
  return withFile(image, async (handle) => {
    for (const { offset, bytes, sha256 } of entries) {
      const data = await readAt(handle, offset, bytes);
      if (data.byteLength !== bytes) return false;
      if (createHash('sha256').update(data).digest('hex') !== sha256) return false;
    }
    return true;
  });
}

/** From the beginning, the end and in between: where two backups of one card are most likely to differ is not known. */
async function sampleOfMap(manifest: string): Promise<readonly Entry[]> {
  return withFile(manifest, async (handle) => {
    const { size } = await handle.stat();
    const start = await mapStart(handle, size);
    if (start === null) return [];
    const found = new Map<number, Entry>();
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const room = Math.max(0, size - start - CHUNK_BYTES);
      const at = start + Math.floor((room * chunk) / (CHUNKS - 1));
      const entries = entriesIn((await readAt(handle, at, CHUNK_BYTES)).toString('latin1'));
      for (const entry of [...entries.slice(0, EACH), ...entries.slice(-EACH)]) {
        found.set(entry.offset, entry);
      }
    }
    return [...found.values()];
  });
}

async function mapStart(handle: fs.FileHandle, size: number): Promise<number | null> {
  const front = await readAt(handle, 0, Math.min(size, MAX_FRONT_BYTES));
  const at = front.indexOf(MAP_STARTS);
  return at < 0 ? null : at + MAP_STARTS.length;
}

/** Quotation marks in a string of JSON are escaped, so this can only be an entry. */
function entriesIn(text: string): Entry[] {
  const form = /\{"offset":(\d{1,16}),"bytes":(\d{1,8}),"sha256":"([0-9a-f]{64})"\}/g;
  return Array.from(text.matchAll(form), ([, offset, bytes, sha256 = '']) => ({
    offset: Number(offset),
    bytes: Number(bytes),
    sha256,
  })).filter(({ offset, bytes }) => Number.isSafeInteger(offset) && bytes <= MAX_ENTRY_BYTES);
}

async function withFile<T>(file: string, work: (handle: fs.FileHandle) => Promise<T>): Promise<T> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await fs.open(file, flags);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

/** What is there: less at the end of the file. */
async function readAt(handle: fs.FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
