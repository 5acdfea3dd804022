/** Compares what a checkpoint says of an unfinished backup with what would be copied of the card today. */

import { chunksOf, type Range } from './chunks.ts';
import type { MapEntry } from './image/map.ts';

export interface Fitting {
  /** Entries that are chunks of the plan as well. */
  readonly entries: readonly MapEntry[];
  /** Those that are not. */
  readonly strays: readonly MapEntry[];
  /** Where the first chunk of the plan lies that has no entry; Infinity when all have. */
  readonly firstMissing: number;
}

/** `ranges` and `entries` ascend. */
export function fitToPlan(ranges: readonly Range[], entries: readonly MapEntry[]): Fitting {
  const fitting: MapEntry[] = [];
  const strays: MapEntry[] = [];
  let firstMissing = Number.POSITIVE_INFINITY;
  let next = 0;
  for (const chunk of chunksOf(ranges)) {
    let entry = entries[next];
    for (; entry && entry.offset < chunk.offset; entry = entries[++next]) strays.push(entry);
    if (entry?.offset === chunk.offset && entry.bytes === chunk.bytes) {
      fitting.push(entry);
      next++;
    } else {
      firstMissing = Math.min(firstMissing, chunk.offset);
    }
  }
  for (const entry of entries.slice(next)) strays.push(entry);
  return { entries: fitting, strays, firstMissing };
}
