/** How much of its card an image does not have, by its manifest. */

import { type Range, totalBytes } from '../engine/chunks.ts';
import { toExtents } from '../engine/extents.ts';

/** Null where it has everything. */
export function unreadableOf({
  unreadable,
}: {
  readonly unreadable: readonly Range[];
}): { ranges: number; bytes: number } | null {
  if (unreadable.length === 0) return null;
  return { ranges: unreadable.length, bytes: totalBytes(toExtents(unreadable)) };
}
