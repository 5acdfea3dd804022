/** What a manifest says about its image, without the map, which can be a hundred megabytes long and is not held here. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as v from 'valibot';
import { errnoOf } from '../engine/errors.ts';
import { MAX_MANIFEST_BYTES, manifestSchema } from '../engine/image/manifest.ts';

const headSchema = v.omit(manifestSchema, ['map']);
export type ManifestHead = v.InferOutput<typeof headSchema>;

/** Bytes that are read from either end at first; nearly every manifest shows both ends of its map in them. */
const FIRST_LOOK_BYTES = 64 * 1024;
/** Bytes before the map at most: with the lengths of the blocks of a packed image, seven bytes for each MiB of the card. */
const MAX_FRONT_BYTES = 16 * 1024 * 1024;
/** Bytes behind the map at most. */
const MAX_BACK_BYTES = 1024 * 1024;

/** A quotation mark inside of a string is escaped, so neither of these can stand in a title or a path. */
const MAP_STARTS = ',"map":[';
const MAP_ENDS = '],"content":{"sha256":"';
const BLOCK_LENGTHS = /"lengths":\[[\d,\s]*\]/;

/**
 * Null for whatever is no manifest of ours: somebody else's file, a link, a pipe, one that is too large or cannot be read.
 * Whether the map and the image are what they should be is not looked at.
 */
export async function readManifestHead(file: string): Promise<ManifestHead | null> {
  let handle: fs.FileHandle;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    handle = await fs.open(file, flags);
  } catch (error) {
    // ELOOP: a link. ENXIO: a socket (man 2 open).
    if (['ENOENT', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_MANIFEST_BYTES) return null;
    const text = await withoutMap(handle, stats.size);
    return text === null ? null : parse(text);
  } finally {
    await handle.close();
  }
}

/** The JSON text without its map; whole when it is small, null when the map cannot be told from the rest. */
async function withoutMap(handle: fs.FileHandle, size: number): Promise<string | null> {
  if (size <= 2 * FIRST_LOOK_BYTES) return (await readAt(handle, 0, size)).toString('utf8');
  const front = await upToMap(handle, size);
  const back = await fromMapEnd(handle, size);
  return front === null || back === null ? null : front + back;
}

async function upToMap(handle: fs.FileHandle, size: number): Promise<string | null> {
  for (const most of [FIRST_LOOK_BYTES, MAX_FRONT_BYTES]) {
    const bytes = await readAt(handle, 0, Math.min(most, size));
    const at = bytes.indexOf(MAP_STARTS);
    if (at >= 0) return bytes.toString('utf8', 0, at).replace(BLOCK_LENGTHS, '"lengths":[]');
  }
  return null;
}

async function fromMapEnd(handle: fs.FileHandle, size: number): Promise<string | null> {
  for (const most of [FIRST_LOOK_BYTES, MAX_BACK_BYTES]) {
    const start = Math.max(0, size - most);
    const bytes = await readAt(handle, start, size - start);
    const at = bytes.lastIndexOf(MAP_ENDS);
    if (at >= 0) return bytes.toString('utf8', at + 1);
  }
  return null;
}

/** What is there by now: a file that was cut off meanwhile gives less. */
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

function parse(text: string): ManifestHead | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  const result = v.safeParse(headSchema, data);
  return result.success ? result.output : null;
}
