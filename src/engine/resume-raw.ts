/** Compares a plain image that is carried on with its checkpoint, and puts zeros wherever it holds anything else. */

import { BufferPool } from './aligned-memory.ts';
import { CHUNK_BYTES, type Range } from './chunks.ts';
import { throwIfInterrupted } from './errors.ts';
import { toExtents } from './extents.ts';
import type { NewImageFile } from './image/image-file.ts';
import type { MapEntry } from './image/map.ts';
import { hashOf, throwIfDifferent } from './prove.ts';
import { readAhead } from './read-ahead.ts';
import { EntriesByGroup, endOf, groupsUpTo, type ResumeImageOptions } from './resume-parts.ts';
import { isAllZero, zeroBytes } from './zeros.ts';

/** One being compared, two being read. */
const BUFFERS = 3;

/** The entries that are in the image. Everything else in it is zeros afterwards, on the disk too. */
export async function resumeRaw(options: ResumeImageOptions): Promise<MapEntry[]> {
  const { file, entries, signal, onProgress } = options;
  const end = endOf(entries);
  // What lies behind was not proven. A file that was shorter gets zeros, which are then found not to be the card's.
  await file.cut(end);
  const pool = new BufferPool(BUFFERS, CHUNK_BYTES);
  const byGroup = new EntriesByGroup(entries);
  const right: MapEntry[] = [];
  const wrong: Range[] = [];
  const reader = { device: deviceOf(file), chunks: groupsUpTo(end), pool, depth: 2, signal };
  for await (const { buffer, data, ...group } of readAhead(reader)) {
    let at = group.offset;
    const part = (from: number, to: number): Uint8Array =>
      data.subarray(from - group.offset, to - group.offset);
    const gap = (to: number): void => {
      if (to > at && !isAllZero(part(at, to))) wrong.push({ offset: at, bytes: to - at });
    };
    for (const entry of byGroup.take(group)) {
      const { offset, bytes, sha256 } = entry;
      gap(offset);
      at = offset + bytes;
      if (hashOf(part(offset, at)) === sha256) right.push(entry);
      else wrong.push({ offset, bytes });
    }
    gap(group.offset + group.bytes);
    pool.release(buffer);
    onProgress(group.bytes);
  }
  await clear(file, toExtents(wrong), pool, signal);
  return right;
}

/** Writes zeros, and reads them back. */
async function clear(
  file: NewImageFile,
  ranges: readonly Range[],
  pool: BufferPool,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (ranges.length === 0) return;
  for (const piece of piecesOf(ranges)) {
    throwIfInterrupted(signal);
    await file.write(zeroBytes(piece.bytes), piece.offset);
  }
  await file.settle();
  const differing: Range[] = [];
  const chunks = piecesOf(ranges);
  const reader = { device: deviceOf(file), chunks, pool, depth: 2, signal };
  for await (const { buffer, data, offset, bytes } of readAhead(reader)) {
    if (!isAllZero(data)) differing.push({ offset, bytes });
    pool.release(buffer);
  }
  throwIfDifferent(file.path, differing);
}

function* piecesOf(ranges: readonly Range[]): Generator<Range> {
  for (const { offset, bytes } of ranges) {
    for (let at = 0; at < bytes; at += CHUNK_BYTES) {
      yield { offset: offset + at, bytes: Math.min(CHUNK_BYTES, bytes - at) };
    }
  }
}

function deviceOf(file: NewImageFile): Parameters<typeof readAhead>[0]['device'] {
  return {
    path: file.path,
    size: file.size,
    sectorSize: 512,
    read: (into, offset) => file.readBack(into, offset),
    close: () => Promise.resolve(),
  };
}
