/** Reads ranges of the card out of a packed image, block by block, without unpacking it as a whole. */

import { BufferPool } from '../aligned-memory.ts';
import { MalformedBytes } from '../bytes.ts';
import { CHUNK_BYTES, type Range } from '../chunks.ts';
import { PiKeepError } from '../errors.ts';
import { isAllZero, zeroBytes } from '../zeros.ts';
import type { BlockIndex } from './block-index.ts';
import { discard } from './discard.ts';
import type { Packing } from './packing.ts';

/** What reads past the cache of every system start and end on. */
const ALIGNMENT = 4096;
/** Reads of the file in flight. */
const SPANS = 3;
/** Unpacked bytes of blocks of which only a part was asked for; the next part is usually asked for soon. */
const CACHE_BYTES = 16 * 1024 * 1024;

export interface PackedFile {
  readonly path: string;
  /** Bytes in the file, as far as they can be read. */
  readonly size: number;
  read(into: Uint8Array, offset: number): Promise<void>;
}

/** Blocks that lie one behind the other in the file and are read together; the last one is included. */
interface Span {
  readonly first: number;
  readonly last: number;
}

type PackedOf = (block: number) => Uint8Array;

export class PackedReader {
  readonly #file: PackedFile;
  readonly #index: BlockIndex;
  readonly #packing: Packing;
  readonly #spanBytes: number;
  readonly #cache = new Map<number, Promise<Uint8Array>>();
  readonly #cachedBlocks: number;
  #pool: BufferPool | null = null;

  constructor(file: PackedFile, index: BlockIndex, packing: Packing) {
    this.#file = file;
    this.#index = index;
    this.#packing = packing;
    const largest = packing.maxPackedBytes(Math.max(index.blockBytes, CHUNK_BYTES));
    this.#spanBytes = Math.ceil(largest / ALIGNMENT + 2) * ALIGNMENT;
    this.#cachedBlocks = Math.max(2, Math.floor(CACHE_BYTES / index.blockBytes));
  }

  /**
   * Hands over the bytes of a range (at most a few MiB), put together in `scratch` where they are not one whole block.
   * Throws IMAGE_DAMAGED with the place on the card, and what reading the file throws.
   */
  async read<T>(range: Range, scratch: Uint8Array, use: (data: Uint8Array) => T): Promise<T> {
    const { parts, whole } = this.#cut(range);
    if (whole && whole.first === whole.last && parts.length === 0) {
      const block = whole.first;
      return this.#withSpan(whole, (packedOf) => this.#unpack(block, packedOf(block), use));
    }
    const jobs: Promise<void>[] = parts.map(async (block) => {
      this.#place(block, await this.#cached(block), range, scratch);
    });
    for (const span of this.#spansOf(whole)) {
      jobs.push(
        this.#withSpan(span, (packedOf) => this.#unpackInto(span, packedOf, range, scratch)),
      );
    }
    await allSettled(jobs);
    return use(scratch.length === range.bytes ? scratch : scratch.subarray(0, range.bytes));
  }

  /** True when every byte of the range is zero. Blocks of nothing but zeros are recognised without unpacking them. */
  async isZero(range: Range): Promise<boolean> {
    const { parts, whole } = this.#cut(range);
    for (const block of parts) {
      const data = await this.#cached(block);
      const { start, end } = this.#overlap(block, range);
      if (!isAllZero(data.subarray(start, end))) return false;
    }
    for (const span of this.#spansOf(whole)) {
      const isZero = await this.#withSpan(span, async (packedOf) => {
        for (let block = span.first; block <= span.last; block++) {
          if (!(await this.#unpack(block, packedOf(block), isAllZero))) return false;
        }
        return true;
      });
      if (!isZero) return false;
    }
    return true;
  }

  /** The blocks of a range: those that lie in it as a whole, and the one or two of which it has a part. */
  #cut(range: Range): { parts: number[]; whole: Span | null } {
    const { blockBytes } = this.#index;
    let first = Math.floor(range.offset / blockBytes);
    let last = Math.ceil((range.offset + range.bytes) / blockBytes) - 1;
    const parts: number[] = [];
    if (first <= last && !this.#isWhole(first, range)) parts.push(first++);
    if (first <= last && !this.#isWhole(last, range)) parts.push(last--);
    return { parts, whole: first <= last ? { first, last } : null };
  }

  #isWhole(block: number, range: Range): boolean {
    const { start, end } = this.#overlap(block, range);
    return start === 0 && end === this.#index.plainBytesOf(block);
  }

  /** The part of a block that lies in a range, from the start of the block. */
  #overlap(block: number, range: Range): { start: number; end: number } {
    const from = block * this.#index.blockBytes;
    const end = Math.min(range.offset + range.bytes - from, this.#index.plainBytesOf(block));
    return { start: Math.max(0, range.offset - from), end };
  }

  #place(block: number, data: Uint8Array, range: Range, into: Uint8Array): void {
    const { start, end } = this.#overlap(block, range);
    into.set(data.subarray(start, end), block * this.#index.blockBytes + start - range.offset);
  }

  /** As many neighbours at once as a buffer holds. */
  *#spansOf(whole: Span | null): Generator<Span> {
    if (!whole) return;
    for (let first = whole.first; first <= whole.last; ) {
      let last = first;
      let bytes = this.#index.placeOf(first).bytes + 2 * ALIGNMENT;
      while (last < whole.last) {
        bytes += this.#index.placeOf(last + 1).bytes;
        if (bytes > this.#spanBytes) break;
        last++;
      }
      yield { first, last };
      first = last + 1;
    }
  }

  /** A block of which a part is wanted: kept for the next part. */
  #cached(block: number): Promise<Uint8Array> {
    const known = this.#cache.get(block);
    const unpacking = known ?? this.#fresh(block);
    this.#cache.delete(block);
    this.#cache.set(block, unpacking);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > this.#cachedBlocks && oldest !== undefined) this.#cache.delete(oldest);
    return unpacking;
  }

  #fresh(block: number): Promise<Uint8Array> {
    const unpacking = this.#withSpan({ first: block, last: block }, (packedOf) =>
      this.#unpack(block, packedOf(block), (data) => Uint8Array.from(data)),
    );
    unpacking.catch(() => this.#cache.delete(block));
    return unpacking;
  }

  async #unpackInto(
    { first, last }: Span,
    packedOf: PackedOf,
    range: Range,
    into: Uint8Array,
  ): Promise<void> {
    const jobs: Promise<void>[] = [];
    for (let block = first; block <= last; block++) {
      jobs.push(
        this.#unpack(block, packedOf(block), (data) => this.#place(block, data, range, into)),
      );
    }
    await allSettled(jobs);
  }

  /** Reads the blocks of a span; what `packedOf` gives is there until `use` has resolved. */
  async #withSpan<T>(span: Span, use: (packedOf: PackedOf) => Promise<T>): Promise<T> {
    const start = this.#index.placeOf(span.first).offset;
    const last = this.#index.placeOf(span.last);
    const end = last.offset + last.bytes;
    const from = start - (start % ALIGNMENT);
    const to = Math.min(this.#file.size, Math.ceil(end / ALIGNMENT) * ALIGNMENT);
    if (to - from > this.#spanBytes || end > to) throw this.#damaged(span.first);
    this.#pool ??= new BufferPool(SPANS, this.#spanBytes);
    const pool = this.#pool;
    const buffer = await pool.acquire();
    try {
      await this.#file.read(buffer.subarray(0, to - from), from);
      return await use((block) => {
        const { offset, bytes } = this.#index.placeOf(block);
        return buffer.subarray(offset - from, offset - from + bytes);
      });
    } finally {
      pool.release(buffer);
    }
  }

  /** What `use` gets is there only during the call. */
  async #unpack<T>(block: number, packed: Uint8Array, use: (data: Uint8Array) => T): Promise<T> {
    const plainBytes = this.#index.plainBytesOf(block);
    const zeros = await this.#packing.zeros(plainBytes);
    if (Buffer.compare(packed, zeros) === 0) return use(zeroBytes(plainBytes));
    let data: Uint8Array;
    try {
      data = await this.#packing.unpack(packed, plainBytes);
    } catch (error) {
      throw error instanceof MalformedBytes ? this.#damaged(block, error) : error;
    }
    try {
      return use(data);
    } finally {
      discard(data);
    }
  }

  #damaged(block: number, cause?: unknown): PiKeepError {
    const offset = block * this.#index.blockBytes;
    const detail = `the ${this.#index.plainBytesOf(block)} bytes at ${offset} of the card cannot be unpacked`;
    return new PiKeepError('IMAGE_DAMAGED', { path: this.#file.path, detail }, { cause });
  }
}

/** Throws the first failure, but not before all have ended: until then they use memory that is given back afterwards. */
async function allSettled(jobs: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(jobs)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
