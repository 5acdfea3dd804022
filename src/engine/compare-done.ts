/**
 * Is what was copied of a card still what the card holds? Asked before an unfinished backup is carried on, so that two states
 * of a card are never put together.
 */

import { randomInt } from 'node:crypto';
import { english } from '../language/english.ts';
import { BufferPool } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import type { CardAreas } from './card-areas.ts';
import { CHUNK_BYTES, type Range, totalBytes } from './chunks.ts';
import { isPiKeepError, PiKeepError } from './errors.ts';
import { invert } from './extents.ts';
import type { MapEntry } from './image/map.ts';
import { hashOf } from './prove.ts';
import { type ReadChunk, readAhead } from './read-ahead.ts';

const READS_IN_FLIGHT = 4;
const BUFFERS = 6;
/** How often a place is tried that cannot be read. */
const TRIES = 3;
/** Of the content of files, one chunk in this many is looked at, and never fewer than this number. */
const SAMPLE_SHARE = 100;
const MIN_SAMPLES = 64;

export interface CompareDoneOptions {
  readonly device: BlockDevice;
  /** Name of the card for messages. */
  readonly disk: string;
  readonly areas: CardAreas;
  /** Ascending and disjoint. */
  readonly entries: readonly MapEntry[];
  /** A whole number from 0 to below `limit`. */
  readonly random?: (limit: number) => number;
  /** First with all that will be read, then with what has been. */
  readonly onProgress?: (step: { total: number; read: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads again: all FAT file systems, everything that is not known to be an ext file system, the structures of those that are,
 * and a sample of the files in them. Returns the entries of the first two kinds that differ or cannot be read any more: only
 * where those are copied anew does the image become the card as it is now. Throws CARD_CHANGED when any of the others
 * differs, READ_FAILED where a structure cannot be read, DEVICE_GONE, INTERRUPTED.
 */
export async function compareDone(options: CompareDoneOptions): Promise<readonly MapEntry[]> {
  const { device, disk, onProgress, signal } = options;
  const chosen = choose(options);
  const { structures } = options.areas;
  const isStructure = meets(structures);
  const isFile = liesIn(options.areas.files, device.size);
  onProgress?.({ total: totalBytes(chosen), read: 0 });
  const differing: MapEntry[] = [];
  const pool = new BufferPool(BUFFERS, CHUNK_BYTES);
  const reader = { device, chunks: chosen, pool, depth: READS_IN_FLIGHT, keepsGoing: true, signal };
  let next = 0;
  for await (const chunk of readAhead(reader)) {
    const entry = chosen[next++];
    const isStrict = isStructure(chunk);
    const failure = await retried(device, chunk);
    const isSame = !failure && hashOf(chunk.data) === entry?.sha256;
    pool.release(chunk.buffer);
    if (!entry || (failure && isStrict)) throw failure;
    if (!isSame && isStrict) throw changed(disk, english`the structure of a file system`);
    if (!isSame && isFile(chunk)) {
      // A file that cannot be read says nothing about the state of the card.
      if (!failure) throw changed(disk, english`the content of a file`);
    } else if (!isSame) differing.push(entry);
    onProgress?.({ total: 0, read: chunk.bytes });
  }
  return differing;
}

/** All entries but those of files, and some of those. */
function choose({
  device,
  areas,
  entries,
  random = (limit) => randomInt(limit),
}: CompareDoneOptions): MapEntry[] {
  const isFile = liesIn(areas.files, device.size);
  const chosen: MapEntry[] = [];
  const files: MapEntry[] = [];
  for (const entry of entries) (isFile(entry) ? files : chosen).push(entry);
  const samples = Math.min(
    files.length,
    Math.max(MIN_SAMPLES, Math.ceil(files.length / SAMPLE_SHARE)),
  );
  for (let count = 0; count < samples; count++) {
    const place = count + random(files.length - count);
    const [here, there] = [files[count], files[place]];
    if (!here || !there) break;
    files[place] = here;
    chosen.push(there);
  }
  return chosen.sort((one, other) => one.offset - other.offset);
}

/** Null when the chunk holds what is on the card, be it only now. */
async function retried(device: BlockDevice, chunk: ReadChunk): Promise<PiKeepError | null> {
  let failure: PiKeepError | null = chunk.failure;
  for (let tries = 1; failure && tries < TRIES; tries++) {
    try {
      await device.read(chunk.data, chunk.offset);
      failure = null;
    } catch (error) {
      if (!isPiKeepError(error, 'READ_FAILED')) throw error;
      failure = error;
    }
  }
  return failure;
}

function changed(disk: string, what: string): PiKeepError {
  return new PiKeepError('CARD_CHANGED', { disk, what });
}

/** Whether a range has a byte in common with a set; to be asked in ascending order. */
function meets(set: readonly Range[]): (range: Range) => boolean {
  let at = 0;
  return ({ offset, bytes }) => {
    for (let one = set[at]; one && one.offset + one.bytes <= offset; one = set[at]) at++;
    const one = set[at];
    return one !== undefined && one.offset < offset + bytes;
  };
}

/** Whether a range lies in a set as a whole; to be asked in ascending order. */
function liesIn(set: readonly Range[], size: number): (range: Range) => boolean {
  const isOutside = meets(invert(set, size));
  return (range) => !isOutside(range);
}
