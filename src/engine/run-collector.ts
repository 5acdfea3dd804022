/** Gathers ascending runs of blocks into byte ranges, in memory that does not grow with the card (invariant 10). */

import type { Range } from './chunks.ts';

/** About 8 MiB of ranges. A 64 GB card in use has some ten thousand. */
const MAX_RUNS = 2 ** 17;

/**
 * Runs must come in ascending order; touching ones join. When there are more than `maxRuns`, small gaps are filled, the
 * smallest first: the result then covers more than was added, and never less.
 */
export class RunCollector {
  readonly #maxRuns: number;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  #count = 0;
  /** Gaps of at most so many blocks are filled. */
  #gap = 0;
  #blocks = 0;

  constructor(maxRuns: number = MAX_RUNS) {
    this.#maxRuns = maxRuns;
    this.#starts = new Float64Array(maxRuns);
    this.#ends = new Float64Array(maxRuns);
  }

  /** Blocks added, without the gaps that were filled. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Whether gaps were filled, so that `ranges` covers more than was added. */
  get coarse(): boolean {
    return this.#gap > 0;
  }

  /** Blocks from `start` to before `end`. */
  add(start: number, end: number): void {
    if (start >= end) return;
    this.#blocks += end - start;
    if (!this.#join(start, end)) {
      if (this.#count === this.#maxRuns) {
        this.#coarsen();
        if (this.#join(start, end)) return;
      }
      this.#starts[this.#count] = start;
      this.#ends[this.#count] = end;
      this.#count++;
    }
  }

  /** Whether all blocks from `start` to before `end` are covered. */
  has(start: number, end: number): boolean {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && (this.#starts[low] ?? 0) <= start && end <= (this.#ends[low] ?? 0);
  }

  ranges(blockBytes: number): Range[] {
    return Array.from({ length: this.#count }, (_, index) => {
      const start = this.#starts[index] ?? 0;
      const end = this.#ends[index] ?? 0;
      return { offset: start * blockBytes, bytes: (end - start) * blockBytes };
    });
  }

  #join(start: number, end: number): boolean {
    const last = this.#count - 1;
    if (last < 0 || start > (this.#ends[last] ?? 0) + this.#gap) return false;
    this.#ends[last] = Math.max(end, this.#ends[last] ?? 0);
    return true;
  }

  /** Doubles the gap until a quarter of the room is free again. */
  #coarsen(): void {
    while (this.#count > (this.#maxRuns * 3) / 4) {
      this.#gap = Math.max(1, this.#gap * 2);
      const count = this.#count;
      this.#count = 0;
      for (let index = 0; index < count; index++) {
        const start = this.#starts[index] ?? 0;
        const end = this.#ends[index] ?? 0;
        if (this.#join(start, end)) continue;
        this.#starts[this.#count] = start;
        this.#ends[this.#count] = end;
        this.#count++;
      }
    }
  }
}
