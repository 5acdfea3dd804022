/** Gives names to ranges: who asks first gets the bytes, and what nobody asked for is left over. */

import type { Range } from './chunks.ts';
import { intersect, invert, toExtents } from './extents.ts';

/** A range and what lies there. */
export interface Labelled extends Range {
  readonly what: string;
  /** It is a thing that mounting a card writes. */
  readonly mounting: boolean;
}

/** A set of ranges that answers quickly which part of it lies in a given one. */
export class RangeIndex {
  readonly #ranges: readonly Range[];

  /** Sorted and disjoint. */
  constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  within(offset: number, bytes: number): Range[] {
    const ranges = this.#ranges;
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = ranges[middle];
      if (range && range.offset + range.bytes <= offset) low = middle + 1;
      else high = middle;
    }
    const found: Range[] = [];
    for (let at = low; at < ranges.length; at++) {
      const range = ranges[at];
      if (!range || range.offset >= offset + bytes) break;
      const start = Math.max(range.offset, offset);
      found.push({
        offset: start,
        bytes: Math.min(range.offset + range.bytes, offset + bytes) - start,
      });
    }
    return found;
  }
}

export class Labels {
  readonly #named: Labelled[] = [];
  readonly #dropped: Range[] = [];
  #left: RangeIndex;

  /** Sorted and disjoint. */
  constructor(ranges: readonly Range[]) {
    this.#left = new RangeIndex(ranges);
  }

  /** What had no name when `settle` was called last. */
  get left(): RangeIndex {
    return this.#left;
  }

  /** Names whatever is left of a range. */
  name(offset: number, bytes: number, what: string, mounting = false): void {
    if (bytes <= 0) return;
    for (const range of this.#left.within(offset, bytes)) {
      this.#named.push({ ...range, what, mounting });
    }
  }

  /** Leaves a range out: on a closer look nothing differs there. */
  drop(offset: number, bytes: number): void {
    this.#dropped.push({ offset, bytes });
  }

  /** From now on, what was named so far is no longer left. */
  settle(): void {
    const named = toExtents([...this.#named, ...this.#dropped]);
    this.#left = new RangeIndex(
      intersect(this.#left.ranges, invert(named, Number.MAX_SAFE_INTEGER)),
    );
  }

  /** All names in ascending order, neighbours of one name joined; the rest is called `rest`. */
  finish(rest: string): Labelled[] {
    this.settle();
    const unnamed = this.#left.ranges.map((range) => ({ ...range, what: rest, mounting: false }));
    const all = [...this.#named, ...unnamed];
    return joinEqual(all);
  }
}

/** Sorts, and joins neighbours that touch and carry the same name. */
function joinEqual(labelled: readonly Labelled[]): Labelled[] {
  const joined: Labelled[] = [];
  for (const one of labelled.toSorted((left, right) => left.offset - right.offset)) {
    const last = joined.at(-1);
    if (last && last.what === one.what && last.offset + last.bytes === one.offset) {
      joined[joined.length - 1] = { ...last, bytes: last.bytes + one.bytes };
    } else {
      joined.push(one);
    }
  }
  return joined;
}
