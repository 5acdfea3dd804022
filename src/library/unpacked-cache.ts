/**
 * Images of other programs that cannot be read from the middle, unpacked to sparse files. An entry is found again by the
 * path, size, time and inode of its image, so one that was changed or replaced is unpacked again.
 */

import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { isAllZero } from '../engine/zeros.ts';
import { english } from '../language/english.ts';
import { destinationError } from './destination-error.ts';
import { isOwnerAlive, OWNER_SUFFIX, ownerNote } from './owner.ts';

const ENDING = '.img';
const PARTIAL = '.partial';
/** Bytes that all entries may take on the disk. */
const MAX_STORED_BYTES = 64 * 1024 ** 3;
/** Left free on the disk, whatever is unpacked. */
const RESERVE_BYTES = 1024 ** 3;
/** Bytes written between two looks at the free space. */
const LOOK_EVERY = 256 * 1024 ** 2;
/** The largest card there is, and then some; zeros pack so well that a small file can claim to hold anything. */
const MAX_PLAIN_BYTES = 4 * 1024 ** 4;
/** What is left out when it is zero. */
const HOLE_BYTES = 64 * 1024;
const STAT_BLOCK_BYTES = 512;

export interface CacheEntry {
  readonly path: string;
  /** Bytes it takes on the disk. */
  readonly storedBytes: number;
  /** Milliseconds since 1970. */
  readonly used: number;
}

export interface UnpackOptions {
  readonly folder: string;
  readonly image: string;
  /** The whole image from beginning to end; asked for only when it is not there yet. */
  readonly pieces: () => AsyncIterable<Uint8Array>;
  /** Free bytes on the disk of the folder. */
  readonly freeBytes: () => Promise<number>;
  readonly maxStoredBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The file an image was unpacked to before; null where it was not. Throws NO_SUCH_IMAGE, ACCESS_DENIED. */
export async function findUnpacked(folder: string, image: string): Promise<string | null> {
  const file = path.join(folder, (await keyOf(image)) + ENDING);
  try {
    if (!(await fs.lstat(file)).isFile()) return null;
    const now = new Date();
    await fs.utimes(file, now, now);
    return file;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Unpacks, and resolves with the finished file. Older entries go where the cache would grow too large. What was begun and
 * not ended is removed. Throws what `pieces` throws, DESTINATION_TOO_SMALL before the disk is nearly full, UNSUPPORTED for an
 * image larger than any card, DESTINATION_FULL and its relatives, INTERRUPTED.
 */
export async function unpackToCache(options: UnpackOptions): Promise<string> {
  const { folder, image } = options;
  await trying(folder, () => fs.mkdir(folder, { recursive: true, mode: 0o700 }));
  const key = await keyOf(image);
  await removeAbandoned(folder);
  const partial = path.join(folder, `${key}.${process.pid}${PARTIAL}`);
  const note = partial + OWNER_SUFFIX;
  try {
    await trying(note, () => fs.writeFile(note, JSON.stringify(ownerNote()), { mode: 0o600 }));
    await trying(partial, () => write(partial, options));
    if ((await keyOf(image)) !== key) {
      const detail = english`it was changed while it was being unpacked`;
      throw new PiKeepError('IMAGE_DAMAGED', { path: image, detail });
    }
    const file = path.join(folder, key + ENDING);
    await trying(file, () => fs.rename(partial, file));
    return file;
  } finally {
    await fs.rm(partial, { force: true });
    await fs.rm(note, { force: true });
  }
}

/** Finished entries, the one used last first. A folder that does not exist is empty. */
export async function listUnpacked(folder: string): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const name of await namesIn(folder)) {
    if (!/^[0-9a-f]{64}\.img$/.test(name)) continue;
    const file = path.join(folder, name);
    const stats = await statOf(file);
    if (!stats?.isFile()) continue;
    entries.push({
      path: file,
      storedBytes: Number(stats.blocks) * STAT_BLOCK_BYTES,
      used: Number(stats.mtimeMs),
    });
  }
  return entries.sort((one, other) => other.used - one.used);
}

/** Removes every entry, and what was left behind; what is being made right now stays. Resolves with what was removed. */
export async function clearUnpacked(folder: string): Promise<readonly CacheEntry[]> {
  const entries = await listUnpacked(folder);
  for (const entry of entries) await fs.rm(entry.path, { force: true });
  await removeAbandoned(folder);
  return entries;
}

async function write(partial: string, options: UnpackOptions): Promise<void> {
  const { image, signal } = options;
  const room = new Room(options, await listUnpacked(options.folder));
  // Unpacked it takes more than packed, as a rule.
  await room.require((await fs.stat(image)).size);
  const file = await fs.open(partial, 'wx', 0o600);
  try {
    let position = 0;
    let written = 0;
    let looked = 0;
    for await (const piece of options.pieces()) {
      throwIfInterrupted(signal);
      for (let at = 0; at < piece.length; at += HOLE_BYTES) {
        const part = piece.subarray(at, at + HOLE_BYTES);
        if (isAllZero(part)) continue;
        room.requireWithin(written + part.length);
        await writeAll(file, part, position + at);
        written += part.length;
      }
      position += piece.length;
      if (position > MAX_PLAIN_BYTES) {
        throw new PiKeepError('UNSUPPORTED', { what: english`unpacking ${image}: it has no end` });
      }
      await room.makeWithin(written);
      if (written - looked < LOOK_EVERY) continue;
      looked = written;
      await room.require(0);
    }
    await file.truncate(position);
  } finally {
    await file.close();
  }
}

/** What may be written: within the bounds of the cache and of the disk. Older entries make room, the oldest first. */
class Room {
  readonly #folder: string;
  readonly #most: number;
  readonly #freeBytes: () => Promise<number>;
  /** The one used last first. */
  readonly #entries: CacheEntry[];

  constructor({ folder, freeBytes, maxStoredBytes }: UnpackOptions, entries: CacheEntry[]) {
    this.#folder = folder;
    this.#most = maxStoredBytes ?? MAX_STORED_BYTES;
    this.#freeBytes = freeBytes;
    this.#entries = entries;
  }

  /** So many bytes more have to fit on the disk. */
  async require(bytes: number): Promise<void> {
    for (;;) {
      const free = await this.#freeBytes();
      if (free >= bytes + RESERVE_BYTES) return;
      if (!(await this.#removeOldest())) throw this.#tooSmall(bytes + RESERVE_BYTES, free);
    }
  }

  /** An image larger than the whole cache. */
  requireWithin(written: number): void {
    if (written > this.#most) throw this.#tooSmall(written, this.#most);
  }

  async makeWithin(written: number): Promise<void> {
    const stored = (): number =>
      this.#entries.reduce((sum, { storedBytes }) => sum + storedBytes, written);
    while (stored() > this.#most && (await this.#removeOldest()));
  }

  async #removeOldest(): Promise<boolean> {
    const oldest = this.#entries.pop();
    if (oldest) await fs.rm(oldest.path, { force: true });
    return oldest !== undefined;
  }

  #tooSmall(neededBytes: number, freeBytes: number): PiKeepError {
    return new PiKeepError('DESTINATION_TOO_SMALL', { path: this.#folder, neededBytes, freeBytes });
  }
}

async function writeAll(file: fs.FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing written'), { code: 'EIO' });
    done += bytesWritten;
  }
}

/** What a process that is gone has begun. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!/^[0-9a-f]{64}\.\d+\.partial$/.test(name)) continue;
    const file = path.join(folder, name);
    const note = await noteOf(file + OWNER_SUFFIX);
    const stats = await statOf(file);
    if (isOwnerAlive(note, Number(stats?.mtimeMs ?? 0))) continue;
    await fs.rm(file, { force: true });
    await fs.rm(file + OWNER_SUFFIX, { force: true });
  }
}

/** The cache lies in the user's own folder of caches, which nobody else may write. */
async function noteOf(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}

async function keyOf(image: string): Promise<string> {
  const real = await statsOfImage(image, () => fs.realpath(image));
  const stats = await statsOfImage(image, () => fs.stat(image, { bigint: true }));
  const { size, mtimeNs, dev, ino } = stats;
  const facts = [real, size, mtimeNs, dev, ino].map(String);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

async function statsOfImage<T>(image: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') {
      throw new PiKeepError('NO_SUCH_IMAGE', { path: image }, { cause: error });
    }
    if (errno === 'EACCES') {
      throw new PiKeepError('ACCESS_DENIED', { path: image }, { cause: error });
    }
    throw error;
  }
}

async function statOf(file: string): Promise<BigIntStats | null> {
  try {
    return await fs.lstat(file, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}

async function trying<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PiKeepError || errnoOf(error) === null) throw error;
    throw destinationError(error, file);
  }
}
