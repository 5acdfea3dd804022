/** Hashes an image that goes by in pieces, for the entries of its map and the ranges of its block map. */

import { createHash, type Hash } from 'node:crypto';
import { MalformedBytes } from '../bytes.ts';
import { CHUNK_BYTES, type Range } from '../chunks.ts';
import { isAllZero, zeroBytes } from '../zeros.ts';
import { type MapEntry, zeroSha256 } from './map.ts';
import type { HashedRange, PlannedEntry } from './restore-map.ts';

/** Hands the parts of pieces that lie in `ranges` (ascending, disjoint) to `onPart`, and says when a range is over. */
class Cutter<R extends Range> {
  readonly #ranges: Iterator<R>;
  readonly #onPart: (part: Uint8Array, range: R) => void;
  readonly #onEnd: (range: R) => void;
  #open: R | undefined;

  constructor(
    ranges: Iterable<R>,
    onPart: (part: Uint8Array, range: R) => void,
    onEnd: (range: R) => void,
  ) {
    this.#ranges = ranges[Symbol.iterator]();
    this.#onPart = onPart;
    this.#onEnd = onEnd;
    this.#next();
  }

  /** The range that has begun or comes next. */
  get open(): R | undefined {
    return this.#open;
  }

  /** `piece` starts where the one before it ended, or later. */
  take(offset: number, piece: Uint8Array): void {
    const end = offset + piece.length;
    for (let open = this.#open; open && open.offset < end; open = this.#open) {
      const rangeEnd = open.offset + open.bytes;
      const from = Math.max(open.offset, offset);
      const to = Math.min(rangeEnd, end);
      if (to > from) this.#onPart(piece.subarray(from - offset, to - offset), open);
      if (rangeEnd > end) return;
      this.#onEnd(open);
      this.#next();
    }
  }

  #next(): void {
    const next = this.#ranges.next();
    this.#open = next.done ? undefined : next.value;
  }
}

/** SHA-256 of what comes in parts, with a short cut for nothing but zeros, which most of a card is. */
class PartsHash {
  #hash: Hash | null = null;
  #zeros = 0;

  add(part: Uint8Array): void {
    if (!this.#hash && part.length <= 2 * CHUNK_BYTES && isAllZero(part)) {
      this.#zeros += part.length;
      return;
    }
    this.#hash ??= createHash('sha256').update(zeroBytes(this.#zeros));
    this.#hash.update(part);
  }

  /** The hash of all since the last call. */
  digest(): string {
    const hash = this.#hash?.digest('hex') ?? zeroSha256(this.#zeros);
    this.#hash = null;
    this.#zeros = 0;
    return hash;
  }
}

/** Compares the ranges of a block map. Throws MalformedBytes for the first that differs. */
export class RangeHashes {
  readonly #cutter: Cutter<HashedRange>;
  #hash: Hash | null = null;

  constructor(ranges: readonly HashedRange[]) {
    this.#cutter = new Cutter(
      ranges,
      (part, { algorithm }) => {
        this.#hash ??= createHash(algorithm);
        this.#hash.update(part);
      },
      (range) => {
        if (this.#hash?.digest('hex') !== range.hash) throw differs(range.offset);
        this.#hash = null;
      },
    );
  }

  take(offset: number, piece: Uint8Array): void {
    this.#cutter.take(offset, piece);
  }
}

/** Makes the map of a stream. Throws MalformedBytes for the first entry that is not as planned. */
export class EntryHashes {
  readonly #cutter: Cutter<PlannedEntry>;
  readonly #hash = new PartsHash();
  readonly #map: MapEntry[] = [];
  #hashed = 0;

  constructor(entries: Iterable<PlannedEntry>) {
    this.#cutter = new Cutter(
      entries,
      (part) => {
        this.#hash.add(part);
        this.#hashed += part.length;
      },
      (entry) => this.#end(entry, entry.bytes),
    );
  }

  take(offset: number, piece: Uint8Array): void {
    this.#cutter.take(offset, piece);
  }

  /** The map of an image that is over; the entry in which it ended is as long as what there was of it. */
  finish(): readonly MapEntry[] {
    const { open } = this.#cutter;
    if (open && this.#hashed > 0) this.#end(open, this.#hashed);
    return this.#map;
  }

  #end({ offset, sha256 }: PlannedEntry, bytes: number): void {
    const found = this.#hash.digest();
    this.#hashed = 0;
    if (sha256 !== null && sha256 !== found) throw differs(offset);
    this.#map.push({ offset, bytes, sha256: found });
  }
}

export function differs(offset: number): MalformedBytes {
  return new MalformedBytes(`what it has at ${offset} is not what its map says`);
}
