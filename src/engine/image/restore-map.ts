/** What of an image has to be written, as it is known before the data was looked at. */

import { CHUNK_BYTES, chunksOf, type Range, wholeDevice } from '../chunks.ts';
import type { Bmap } from './bmap-reader.ts';
import type { MapEntry } from './map.ts';
import { MAX_ENTRY_BYTES, type MapOrigin } from './restore-source.ts';

/** An entry whose hash is expected; null: taken from the data. */
export interface PlannedEntry extends Range {
  readonly sha256: string | null;
}

/** A range of a block map that is hashed as a whole, because it is longer than an entry or hashed in another way. */
export interface HashedRange extends Range {
  readonly algorithm: string;
  readonly hash: string;
}

export interface MapPlan {
  readonly origin: MapOrigin;
  /** Bytes of the image the map was made of; null where there was no map. */
  readonly imageBytes: number | null;
  /** Ascending, disjoint; without an end where the size of the image is not known. */
  readonly entries: Iterable<PlannedEntry>;
  /** Ascending, disjoint. */
  readonly ranges: readonly HashedRange[];
}

/** Of an image whose size is known. */
export interface EndingPlan extends MapPlan {
  readonly entries: readonly PlannedEntry[];
}

export function planOfMap(map: readonly MapEntry[], imageBytes: number): EndingPlan {
  return { origin: 'manifest', imageBytes, entries: map, ranges: [] };
}

export function planOfBmap({ imageBytes, algorithm, ranges }: Bmap): EndingPlan {
  const entries: PlannedEntry[] = [];
  const hashed: HashedRange[] = [];
  for (const { offset, bytes, hash } of ranges) {
    if (algorithm === 'sha256' && hash !== null && bytes <= MAX_ENTRY_BYTES) {
      entries.push({ offset, bytes, sha256: hash });
      continue;
    }
    for (const chunk of chunksOf([{ offset, bytes }])) entries.push({ ...chunk, sha256: null });
    if (algorithm !== null && hash !== null) hashed.push({ offset, bytes, algorithm, hash });
  }
  return { origin: 'bmap', imageBytes, entries, ranges: hashed };
}

/** All of an image, in pieces of CHUNK_BYTES, zeros and holes included. */
export function planOfWhole(bytes: number): EndingPlan {
  const entries: PlannedEntry[] = [];
  for (const chunk of chunksOf(wholeDevice(bytes))) entries.push({ ...chunk, sha256: null });
  return { origin: 'whole', imageBytes: null, entries, ranges: [] };
}

/** The same for an image whose size its end will tell. */
export function planOfStream(): MapPlan {
  return { origin: 'whole', imageBytes: null, entries: endlessEntries(), ranges: [] };
}

function* endlessEntries(): Generator<PlannedEntry> {
  for (let offset = 0; ; offset += CHUNK_BYTES) yield { offset, bytes: CHUNK_BYTES, sha256: null };
}

/** The size of the largest entry, at least that of a chunk: what a buffer has to hold. */
export function largestEntry(entries: readonly Range[]): number {
  return entries.reduce((most, { bytes }) => Math.max(most, bytes), CHUNK_BYTES);
}
