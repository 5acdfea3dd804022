/** A set of numbered blocks of one file system, and the byte ranges they make. */

import type { Range } from './chunks.ts';

export class Bitmap {
  readonly #bits: Uint8Array;
  readonly size: number;

  constructor(size: number) {
    this.size = size;
    this.#bits = new Uint8Array(Math.ceil(size / 8));
  }

  has(index: number): boolean {
    return ((this.#bits[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  /** Numbers outside the set's size are left out. */
  add(index: number): void {
    if (index < 0 || index >= this.size) return;
    const at = index >>> 3;
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (index & 7));
  }

  /** The members as byte ranges, where member 0 starts at `offset` and each is `unit` bytes long. */
  ranges(offset: number, unit: number): Range[] {
    const ranges: Range[] = [];
    let start = -1;
    for (let index = 0; index <= this.size; index++) {
      const isMember = index < this.size && this.has(index);
      if (isMember && start < 0) start = index;
      if (!isMember && start >= 0) {
        ranges.push({ offset: offset + start * unit, bytes: (index - start) * unit });
        start = -1;
      }
    }
    return ranges;
  }
}
