/** Where exactly two pieces of data differ, in memory that does not grow with the card (invariant 10). */

import { MAP_ALIGNMENT, type Range } from './chunks.ts';

/** The smallest unit any card has; small FAT volumes have clusters of this size. */
export const SECTOR_BYTES = 512;

/** About 4 MiB of ranges; a card that differs in more places is another card's content altogether. */
const MAX_RANGES = 2 ** 16;

/** Gathers the sectors in which a card differs from an image; touching ones join. Added in ascending order. */
export class DifferingSectors {
  readonly #maxRanges: number;
  readonly #ranges: { offset: number; bytes: number }[] = [];
  #bytes = 0;
  #complete = true;

  constructor(maxRanges: number = MAX_RANGES) {
    this.#maxRanges = maxRanges;
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  /** Sum of all that was added, also of what no longer fitted into `ranges`. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False when there were too many ranges to keep. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Compares two pieces of the same length that lie at `offset`. */
  compare(left: Uint8Array, right: Uint8Array, offset: number): void {
    for (let at = 0; at < left.length; at += MAP_ALIGNMENT) {
      const end = Math.min(at + MAP_ALIGNMENT, left.length);
      if (isSame(left, right, at, end)) continue;
      for (let sector = at; sector < end; sector += SECTOR_BYTES) {
        const sectorEnd = Math.min(sector + SECTOR_BYTES, end);
        if (!isSame(left, right, sector, sectorEnd)) this.#add(offset + sector, sectorEnd - sector);
      }
    }
  }

  #add(offset: number, bytes: number): void {
    this.#bytes += bytes;
    const last = this.#ranges.at(-1);
    if (last && last.offset + last.bytes === offset && this.#complete) last.bytes += bytes;
    else if (this.#ranges.length < this.#maxRanges) this.#ranges.push({ offset, bytes });
    else this.#complete = false;
  }
}

function isSame(left: Uint8Array, right: Uint8Array, from: number, to: number): boolean {
  return Buffer.compare(left.subarray(from, to), right.subarray(from, to)) === 0;
}
