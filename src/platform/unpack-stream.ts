/** Runs a part of a file through one of Node's decompressors, at the speed of whoever takes what comes out. */

import { pipeline, Readable } from 'node:stream';
import type { Gunzip, InflateRaw, ZstdDecompress } from 'node:zlib';
import { BufferPool } from '../engine/aligned-memory.ts';
import type { BlockDevice } from '../engine/block-device.ts';
import { MalformedBytes } from '../engine/bytes.ts';
import type { Range } from '../engine/chunks.ts';
import { errnoOf, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { readAhead } from '../engine/read-ahead.ts';
import { isAllZero } from '../engine/zeros.ts';
import { asMalformed } from './compression.ts';

/** Bytes of a file that are read at a time. */
const READ_BYTES = 512 * 1024;
const READS_IN_FLIGHT = 2;
/** Bytes that come out at a time. */
export const PIECE_BYTES = 256 * 1024;

/** The bytes of a part of a file, in pieces that belong to the receiver. */
export async function* readRange(
  file: BlockDevice,
  { offset, bytes }: Range,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  const pool = new BufferPool(READS_IN_FLIGHT, READ_BYTES);
  const chunks = piecesOf(offset, offset + bytes);
  const depth = READS_IN_FLIGHT;
  for await (const chunk of readAhead({ device: file, chunks, pool, depth, signal })) {
    const copy = Buffer.from(chunk.data);
    pool.release(chunk.buffer);
    yield copy;
  }
}

function* piecesOf(start: number, end: number): Generator<Range> {
  for (let at = start; at < end; ) {
    // The first read ends where the following ones are aligned.
    const next = Math.min(end, at + READ_BYTES - (at % 4096));
    yield { offset: at, bytes: next - at };
    at = next;
  }
}

/**
 * What comes out of `decompressor` for a part of a file; returns how many bytes of it were used, which is less than all when
 * its end came before. Throws MalformedBytes, UNSUPPORTED for a window that is too large, and what reading throws.
 */
export async function* unpackRange(
  file: BlockDevice,
  range: Range,
  decompressor: Gunzip | InflateRaw | ZstdDecompress,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, number, void> {
  // In object mode a stream counts pieces: one is enough to have the next one at hand.
  const source = Readable.from(readRange(file, range, signal), { highWaterMark: 1 });
  // Errors of the source reach the decompressor, and with it the loop below.
  const ended = new Promise<void>((resolve) => pipeline(source, decompressor, () => resolve()));
  try {
    for await (const piece of decompressor) {
      throwIfInterrupted(signal);
      yield piece;
    }
  } catch (error) {
    throwIfInterrupted(signal);
    throw errnoOf(error) === 'ZSTD_error_frameParameter_windowTooLarge'
      ? tooMuchMemory(file.path, error)
      : asMalformed(error);
  } finally {
    source.destroy();
    decompressor.destroy();
    await ended;
  }
  return decompressor.bytesWritten;
}

export function tooMuchMemory(path: string, cause?: unknown): PiKeepError {
  const what = `unpacking ${path}, which wants more memory than any usual image`;
  return new PiKeepError('UNSUPPORTED', { what }, { cause });
}

/** Some programs fill a file up with zeros. Throws MalformedBytes for anything else. */
export async function requireZerosFrom(
  file: BlockDevice,
  offset: number,
  signal?: AbortSignal,
): Promise<void> {
  for await (const piece of readRange(file, { offset, bytes: file.size - offset }, signal)) {
    if (!isAllZero(piece)) throw new MalformedBytes('something else follows its end');
  }
}
