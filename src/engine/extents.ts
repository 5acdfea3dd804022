/**
 * Sets of byte ranges as sorted, disjoint, non-touching lists: the form of every map (invariant 10: ranges, never a bitmap
 * of the whole card).
 */

import type { Range } from './chunks.ts';

export type Extents = readonly Range[];

/** Sorts and joins any ranges into a set. Empty ranges vanish. */
export function toExtents(ranges: readonly Range[]): Range[] {
  const sorted = ranges
    .filter(({ bytes }) => bytes > 0)
    .toSorted((left, right) => left.offset - right.offset);
  const joined: { offset: number; bytes: number }[] = [];
  for (const { offset, bytes } of sorted) {
    const last = joined.at(-1);
    if (last && offset <= last.offset + last.bytes) {
      last.bytes = Math.max(last.bytes, offset + bytes - last.offset);
    } else {
      joined.push({ offset, bytes });
    }
  }
  return joined;
}

export function union(...sets: readonly Extents[]): Range[] {
  return toExtents(sets.flat());
}

/** What lies in both. */
export function intersect(left: Extents, right: Extents): Range[] {
  const result: Range[] = [];
  let l = 0;
  let r = 0;
  for (let a = left[l], b = right[r]; a && b; a = left[l], b = right[r]) {
    const start = Math.max(a.offset, b.offset);
    const end = Math.min(a.offset + a.bytes, b.offset + b.bytes);
    if (start < end) result.push({ offset: start, bytes: end - start });
    if (a.offset + a.bytes < b.offset + b.bytes) l++;
    else r++;
  }
  return result;
}

/** What of [0, size) lies in none of the ranges. */
export function invert(set: Extents, size: number): Range[] {
  const result: Range[] = [];
  let at = 0;
  for (const { offset, bytes } of set) {
    if (offset >= size) break;
    if (offset > at) result.push({ offset: at, bytes: offset - at });
    at = Math.max(at, offset + bytes);
  }
  if (at < size) result.push({ offset: at, bytes: size - at });
  return result;
}

/** Every range moved by `by` bytes. */
export function shift(set: Extents, by: number): Range[] {
  return set.map(({ offset, bytes }) => ({ offset: offset + by, bytes }));
}

/** Grown outwards to multiples of `alignment`, cut at `size`, and with gaps smaller than `gap` bytes filled. */
export function roundOutwards(set: Extents, alignment: number, size: number, gap = 0): Range[] {
  const grown = set.map(({ offset, bytes }) => {
    const start = Math.floor(offset / alignment) * alignment;
    const end = Math.ceil((offset + bytes) / alignment) * alignment;
    return { offset: start, bytes: Math.min(end, size) - start + gap };
  });
  return toExtents(grown).map(({ offset, bytes }) => ({
    offset,
    bytes: Math.min(bytes - gap, size - offset),
  }));
}
