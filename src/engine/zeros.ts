/** Finds what need not be stored: a run of zeros becomes a hole in the image. */

import { CHUNK_BYTES } from './chunks.ts';

/** The smallest hole worth making: the block of nearly every file system an image is kept on. */
export const HOLE_BYTES = 4096;

const zeros = new Uint8Array(2 * CHUNK_BYTES);

/** True when all of `data` (at most twice CHUNK_BYTES) is zero. */
export function isAllZero(data: Uint8Array): boolean {
  return Buffer.compare(data, zeros.subarray(0, data.length)) === 0;
}

/** So many zeros, at most twice CHUNK_BYTES; shared, nobody writes to it. */
export function zeroBytes(length: number): Uint8Array {
  return zeros.subarray(0, length);
}

export interface DataRun {
  /** Bytes from the start of the chunk, a multiple of HOLE_BYTES. */
  readonly start: number;
  readonly end: number;
}

/** The parts of a chunk that hold something else than zeros, in blocks of HOLE_BYTES; the last block may be shorter. */
export function dataRuns(data: Uint8Array): DataRun[] {
  if (isAllZero(data)) return [];
  const runs: DataRun[] = [];
  let start = -1;
  for (let at = 0; at < data.length; at += HOLE_BYTES) {
    const end = Math.min(at + HOLE_BYTES, data.length);
    // Most blocks of data start with something; only the others are compared in full.
    const isData = data[at] !== 0 || !isAllZero(data.subarray(at, end));
    if (isData && start < 0) start = at;
    if (!isData && start >= 0) {
      runs.push({ start, end: at });
      start = -1;
    }
  }
  if (start >= 0) runs.push({ start, end: data.length });
  return runs;
}
