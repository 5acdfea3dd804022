/** Where each block of a packed image lies in its file. Blocks hold equal parts of the card; the last may be shorter. */

export class BlockIndex {
  /** Unpacked bytes in a block. */
  readonly blockBytes: number;
  /** Unpacked bytes in all blocks together. */
  readonly plainBytes: number;
  /** Position in the file at which each block starts, and the end of the last one so far. */
  readonly #edges: number[];

  /** `start` is where the first block starts in the file. */
  constructor(blockBytes: number, plainBytes: number, start: number) {
    this.blockBytes = blockBytes;
    this.plainBytes = plainBytes;
    this.#edges = [start];
  }

  /** How many blocks the image has when it is complete. */
  get blocks(): number {
    return Math.ceil(this.plainBytes / this.blockBytes);
  }

  /** How many have been added. */
  get known(): number {
    return this.#edges.length - 1;
  }

  /** The end of the last block in the file. */
  get end(): number {
    return this.#edges.at(-1) ?? 0;
  }

  add(packedBytes: number): void {
    this.#edges.push(this.end + packedBytes);
  }

  plainBytesOf(block: number): number {
    return Math.min(this.blockBytes, this.plainBytes - block * this.blockBytes);
  }

  /** Where a block lies in the file. Throws RangeError for one that was not added yet. */
  placeOf(block: number): { offset: number; bytes: number } {
    const offset = this.#edges[block];
    const end = this.#edges[block + 1];
    if (offset === undefined || end === undefined) throw new RangeError(`no block ${block}`);
    return { offset, bytes: end - offset };
  }

  /** Packed bytes of every block, in order. */
  lengths(): number[] {
    return Array.from({ length: this.known }, (_, block) => this.placeOf(block).bytes);
  }
}
