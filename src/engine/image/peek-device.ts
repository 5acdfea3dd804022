/** What is kept of an image that can only be read as a stream: enough to see its partition table and file systems. */

import type { BlockDevice } from '../block-device.ts';
import { CHUNK_BYTES } from '../chunks.ts';
import { PiKeepError } from '../errors.ts';

const BLOCK_BYTES = 64 * 1024;
const SECTOR_BYTES = 512;
/** The first bytes of an image: tables, and whatever boot code lies between them and the first partition. */
const HEAD_BYTES = CHUNK_BYTES;
/** The last bytes that went by: the second copy of a GPT, and what turns out to be wanted a little late. */
const TAIL_BYTES = CHUNK_BYTES;
/** 64 MiB: more partitions than that are not looked at. */
const MAX_BLOCKS = 1024;

interface Piece {
  readonly offset: number;
  readonly data: Uint8Array;
}

export class KeptParts {
  readonly #wanted = new Set<number>();
  readonly #blocks = new Map<number, Uint8Array>();
  readonly #missed = new Set<number>();
  #tail: Piece[] = [];
  #position = 0;
  #hasNews = false;

  constructor() {
    this.want(0, HEAD_BYTES);
  }

  /** Bytes that have gone by. */
  get position(): number {
    return this.#position;
  }

  /** True once after something that `deviceSoFar` could not give has come. */
  takeNews(): boolean {
    const news = this.#hasNews;
    this.#hasNews = false;
    return news;
  }

  /** The next piece of the image, which from now on belongs to this. */
  take(data: Uint8Array): void {
    const piece = { offset: this.#position, data };
    this.#position += data.length;
    this.#tail.push(piece);
    const [first] = this.#tail;
    if (first && first.offset + first.data.length < this.#position - TAIL_BYTES) this.#tail.shift();
    const last = Math.floor((this.#position - 1) / BLOCK_BYTES);
    for (let block = Math.floor(piece.offset / BLOCK_BYTES); block <= last; block++) {
      if (this.#wanted.has(block)) this.#copy(block, piece);
      if (this.#missed.has(block) && (block + 1) * BLOCK_BYTES <= this.#position) {
        this.#missed.delete(block);
        this.#hasNews = true;
      }
    }
  }

  /** Asks for a range that is to come, or has come a moment ago. */
  want(offset: number, bytes: number): void {
    const last = Math.floor((offset + bytes - 1) / BLOCK_BYTES);
    for (let block = Math.floor(offset / BLOCK_BYTES); block <= last; block++) {
      if (this.#wanted.has(block)) continue;
      if (this.#wanted.size === MAX_BLOCKS) return;
      const tailStart = this.#tail[0]?.offset ?? 0;
      if (block * BLOCK_BYTES < tailStart) continue;
      this.#wanted.add(block);
      for (const piece of this.#tail) this.#copy(block, piece);
    }
  }

  /** The image while it is still going by: what has not come reads as zeros, and is kept when it comes. */
  deviceSoFar(path: string, size: number, sectorSize = SECTOR_BYTES): BlockDevice {
    const device = this.#device(path, size, (block) => {
      this.want(block * BLOCK_BYTES, BLOCK_BYTES);
      if ((block + 1) * BLOCK_BYTES > this.#position) this.#missed.add(block);
      return this.#blocks.get(block);
    });
    return { ...device, sectorSize };
  }

  /** The whole of an image that has gone by; what was not kept throws UNSUPPORTED. */
  finish(path: string): BlockDevice {
    const start = Math.max(0, this.#position - TAIL_BYTES);
    const last = Math.floor((this.#position - 1) / BLOCK_BYTES);
    for (let block = Math.ceil(start / BLOCK_BYTES); block <= last; block++) {
      for (const piece of this.#tail) this.#copy(block, piece);
    }
    this.#tail = [];
    return this.#device(path, this.#position, (block) => {
      const kept = this.#blocks.get(block);
      if (kept) return kept;
      const what = `looking at ${path} in the middle without unpacking it`;
      throw new PiKeepError('UNSUPPORTED', { what });
    });
  }

  #copy(block: number, { offset, data }: Piece): void {
    const start = block * BLOCK_BYTES;
    const from = Math.max(start, offset);
    const to = Math.min(start + BLOCK_BYTES, offset + data.length);
    if (to <= from) return;
    const kept = this.#blocks.get(block) ?? new Uint8Array(BLOCK_BYTES);
    this.#blocks.set(block, kept);
    kept.set(data.subarray(from - offset, to - offset), from - start);
  }

  #device(
    path: string,
    size: number,
    blockOf: (block: number) => Uint8Array | undefined,
  ): BlockDevice {
    return {
      path,
      size,
      sectorSize: SECTOR_BYTES,
      async read(into, offset) {
        const end = offset + into.length;
        if (!Number.isSafeInteger(offset) || offset < 0 || end > size) {
          throw new RangeError(`${path}: ${into.length} bytes at ${offset} of ${size}`);
        }
        for (let at = offset; at < end; ) {
          const block = Math.floor(at / BLOCK_BYTES);
          const start = block * BLOCK_BYTES;
          const to = Math.min(start + BLOCK_BYTES, end);
          const kept = blockOf(block);
          if (kept) into.set(kept.subarray(at - start, to - start), at - offset);
          else into.fill(0, at - offset, to - offset);
          at = to;
        }
      },
      close: () => Promise.resolve(),
    };
  }
}
