/** Checks a finished image against the map in its manifest, past every cache. */

import { BufferPool } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { CHUNK_BYTES, MAP_ALIGNMENT } from './chunks.ts';
import { isPiKeepError, PiKeepError } from './errors.ts';
import type { MapEntry } from './image/map.ts';
import { hashOf, throwIfDifferent } from './prove.ts';
import { readAhead } from './read-ahead.ts';
import { isAllZero } from './zeros.ts';

const READS_IN_FLIGHT = 3;
const MAX_ENTRY_BYTES = 8 * 1024 * 1024;

export interface VerifyOptions {
  /** The image as the card that it holds. */
  readonly device: BlockDevice;
  /** Bytes of the card. */
  readonly bytes: number;
  readonly map: readonly MapEntry[];
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves when every range of the map has its hash and everything outside the map is zero. Throws VERIFY_DIFFERS with
 * the number of differing ranges and the first of them, READ_FAILED, INTERRUPTED.
 */
export async function verifyImage(options: VerifyOptions): Promise<void> {
  const { device, map, signal, onProgress } = options;
  if (device.size !== options.bytes) {
    const facts = { path: device.path, offset: Math.min(device.size, options.bytes), ranges: 1 };
    throw new PiKeepError('VERIFY_DIFFERS', {
      ...facts,
      bytes: Math.abs(device.size - options.bytes),
    });
  }
  const pool = new BufferPool(READS_IN_FLIGHT + 1, MAX_ENTRY_BYTES);
  const differing: MapEntry[] = [];
  const pieces = piecesOf(map, options.bytes);
  const expected = new Map(map.map((entry) => [entry.offset, entry]));
  const damaged = new Set<number>();
  for await (const chunk of readAhead({
    device: noting(device, damaged),
    chunks: pieces,
    pool,
    depth: READS_IN_FLIGHT,
    signal,
  })) {
    const entry = expected.get(chunk.offset);
    const isRight =
      !damaged.has(chunk.offset) &&
      (entry ? hashOf(chunk.data) === entry.sha256 : isAllZero(chunk.data));
    pool.release(chunk.buffer);
    if (!isRight)
      differing.push({ offset: chunk.offset, bytes: chunk.bytes, sha256: entry?.sha256 ?? '' });
    onProgress(chunk.bytes);
  }
  throwIfDifferent(device.path, differing);
}

/** A range that cannot be unpacked is one that differs; the rest is still worth knowing. */
function noting(device: BlockDevice, damaged: Set<number>): BlockDevice {
  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    async read(into, offset) {
      try {
        await device.read(into, offset);
      } catch (error) {
        if (!isPiKeepError(error, 'IMAGE_DAMAGED')) throw error;
        damaged.add(offset);
      }
    },
    close: () => device.close(),
  };
}

/** The entries of the map and, between them, the gaps in pieces of CHUNK_BYTES. */
function* piecesOf(
  map: readonly MapEntry[],
  bytes: number,
): Generator<{ offset: number; bytes: number }> {
  let at = 0;
  for (const entry of map) {
    yield* gap(at, entry.offset);
    yield { offset: entry.offset, bytes: entry.bytes };
    at = entry.offset + entry.bytes;
  }
  yield* gap(at, bytes);
}

function* gap(from: number, to: number): Generator<{ offset: number; bytes: number }> {
  for (let at = from; at < to; ) {
    const next = Math.min(to, at + CHUNK_BYTES - (at % MAP_ALIGNMENT));
    yield { offset: at, bytes: next - at };
    at = next;
  }
}
