/** Reads a restored card back and compares it with what has to be on it. */

import { randomInt } from 'node:crypto';
import type { BlockDevice } from './block-device.ts';
import { judgeDifferences } from './capacity-judge.ts';
import { totalBytes } from './chunks.ts';
import type { MapEntry } from './image/map.ts';
import { reread } from './reread.ts';

/** A card of which no more than this has to be right is read back whole. */
const SMALL_MAP_BYTES = 256 * 1024 * 1024;
/** Share of what was found right and left alone that is read a second time. */
const FOUND_SHARE = 1 / 4;

export interface ProofOptions {
  /** Its writing is finished: what it reads now comes from the medium. */
  readonly device: BlockDevice;
  readonly written: readonly MapEntry[];
  /** Compared with the card while it was written, and left alone. */
  readonly found: readonly MapEntry[];
  /** Bytes read back since the last call, and how many there will be. */
  readonly onProgress: (step: { proven: number; total: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves with the number of bytes that were read back and found right: all that was written, and of what was found right
 * before at least a quarter, chosen at random (all of it on a small map). Reading all of that twice would take most of the time
 * a differential restore saves. A quarter is enough, because those ranges were read from this card minutes ago and were right;
 * only a write that went elsewhere can have changed them since. A card that wraps around puts every write of its upper part
 * into its lower one: the probe at the beginning has looked for that, and what such a card overwrites are not single ranges but
 * as many as were written, so that a quarter misses all of n with a probability of 0.75^n. One difference, and everything is
 * read.
 *
 * Throws CARD_NOT_AS_WRITTEN, FAKE_CAPACITY, READ_FAILED, DEVICE_GONE, INTERRUPTED.
 */
export async function proveCard(options: ProofOptions): Promise<number> {
  const { device, signal, onProgress } = options;
  const all = ascending([...options.written, ...options.found]);
  const { chosen, left } = choose(options.found, totalBytes(all));
  const first = ascending([...options.written, ...chosen]);
  const differing: MapEntry[] = [];
  let total = totalBytes(first);
  let proven = 0;
  const read = async (map: readonly MapEntry[]): Promise<void> => {
    const progress = (bytes: number): void => {
      proven += bytes;
      onProgress({ proven: bytes, total });
    };
    await reread({ device, map, onProgress: progress, signal }, async ({ entry }) => {
      differing.push(entry);
    });
  };
  await read(first);
  if (differing.length === 0) return proven;
  total = totalBytes(all);
  await read(left);
  const found = ascending(differing);
  throw await judgeDifferences({ device, expected: all, differing: found, signal });
}

/** A quarter at random, by bytes, and the rest in ascending order. */
function choose(
  found: readonly MapEntry[],
  mapBytes: number,
): { chosen: readonly MapEntry[]; left: readonly MapEntry[] } {
  if (mapBytes <= SMALL_MAP_BYTES) return { chosen: found, left: [] };
  const wanted = totalBytes(found) * FOUND_SHARE;
  const mixed = [...found];
  const chosen: MapEntry[] = [];
  for (let bytes = 0, at = 0; bytes < wanted; at++) {
    // One step of Fisher and Yates: the next of a random order.
    const other = randomInt(at, mixed.length);
    const [one, two] = [mixed[at], mixed[other]];
    if (!one || !two) break;
    mixed[at] = two;
    mixed[other] = one;
    chosen.push(two);
    bytes += two.bytes;
  }
  return { chosen, left: ascending(mixed.slice(chosen.length)) };
}

function ascending(entries: readonly MapEntry[]): MapEntry[] {
  return entries.toSorted((left, right) => left.offset - right.offset);
}
