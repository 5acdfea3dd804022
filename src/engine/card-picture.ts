/** A card as a fixed number of cells, small enough to be sent and drawn whatever the size of the card. */

import type { Extents } from './extents.ts';

/** Cells in a picture. Divisible by many widths, so that it can be drawn as a grid. */
export const PICTURE_CELLS = 240;

/** What a cell says when all of its slice is in the map. */
export const FULL_SHARE = 255;

/**
 * For each of `cells` equal slices of [0, bytes), how much of it lies in `ranges`: 0 only when nothing does, FULL_SHARE
 * only when everything does, and in between to the nearest 255th. `ranges` is sorted and disjoint.
 */
export function pictureOf(ranges: Extents, bytes: number, cells = PICTURE_CELLS): number[] {
  const shares: number[] = [];
  let at = 0;
  for (let cell = 0; cell < cells; cell++) {
    const start = sliceStart(cell, bytes, cells);
    const end = sliceStart(cell + 1, bytes, cells);
    let inside = 0;
    for (let range = ranges[at]; range && range.offset < end; range = ranges[at]) {
      const rangeEnd = range.offset + range.bytes;
      inside += Math.max(0, Math.min(end, rangeEnd) - Math.max(start, range.offset));
      // A range that goes on belongs to the next slice too.
      if (rangeEnd > end) break;
      at++;
    }
    shares.push(share(inside, end - start));
  }
  return shares;
}

/** Where a slice starts, in bytes from the start of the card; that of cell number `cells` is the end. */
export function sliceStart(cell: number, bytes: number, cells = PICTURE_CELLS): number {
  return Math.floor((cell / cells) * bytes);
}

function share(inside: number, slice: number): number {
  if (inside === 0) return 0;
  if (inside >= slice) return FULL_SHARE;
  const rounded = Math.round((inside / slice) * FULL_SHARE);
  return Math.min(FULL_SHARE - 1, Math.max(1, rounded));
}
