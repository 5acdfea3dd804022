/** Compares a card with the image that was made of it: first by the hashes of the map, then byte by byte where they differ. */

import { allocateAligned } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { readCard } from './card.ts';
import { DifferingSectors } from './differing-sectors.ts';
import { PiKeepError } from './errors.ts';
import type { MapEntry } from './image/map.ts';
import { type Difference, nameDifferences } from './owner-of-block.ts';
import { hashOf } from './prove.ts';
import { reread } from './reread.ts';

export interface CompareOptions {
  readonly card: BlockDevice;
  /** The unpacked image; only its differing parts are read. */
  readonly image: BlockDevice;
  readonly map: readonly MapEntry[];
  /** Bytes of the card read since the last call. */
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `same`: every mapped byte is as it was. `mounted`: the same files with the same content; all differences lie in what
 * mounting a FAT volume writes, and that was proven.
 */
export type CompareVerdict = 'same' | 'mounted' | 'differs';

export interface Comparison {
  readonly verdict: CompareVerdict;
  /** In ascending order. */
  readonly differences: readonly Difference[];
  /** Bytes that differ, in whole sectors. */
  readonly bytes: number;
  /** False when there are more differences than `differences` lists. */
  readonly complete: boolean;
}

/**
 * Throws VERIFY_DIFFERS when the image itself is not what its map says where the card differs; READ_FAILED, DEVICE_GONE,
 * INTERRUPTED.
 */
export async function compareCard(options: CompareOptions): Promise<Comparison> {
  const { card, image, signal } = options;
  const sectors = new DifferingSectors();
  let memory = new Uint8Array(0);
  await reread({ ...options, device: card }, async ({ entry, data }) => {
    if (memory.length < entry.bytes) memory = allocateAligned(entry.bytes);
    const kept = memory.subarray(0, entry.bytes);
    await image.read(kept, entry.offset);
    requireRight(image, entry, kept);
    sectors.compare(kept, data, entry.offset);
  });
  const { ranges, bytes, complete } = sectors;
  if (ranges.length === 0) return { verdict: 'same', differences: [], bytes, complete };
  const layout = await readCard(image);
  const named = await nameDifferences({ image, card, layout, ranges, signal });
  const verdict = complete && named.onlyMounting ? 'mounted' : 'differs';
  return { verdict, differences: named.differences, bytes, complete };
}

function requireRight(image: BlockDevice, { offset, bytes, sha256 }: MapEntry, kept: Uint8Array) {
  if (hashOf(kept) === sha256) return;
  throw new PiKeepError('VERIFY_DIFFERS', { path: image.path, offset, bytes, ranges: 1 });
}
