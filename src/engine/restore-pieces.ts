/** Turns the entries of an image and the patches of a plan into writes of whole 4096-byte blocks, in ascending order. */

import { chunksOf, MAP_ALIGNMENT, type Range } from './chunks.ts';
import { intersect, invert, roundOutwards, toExtents } from './extents.ts';
import type { MapEntry } from './image/map.ts';
import { blockStart } from './restore-layout.ts';
import type { Patch, RestorePlan } from './restore-plan.ts';

/** What has to be on the card in one place. */
export interface Piece {
  /** A multiple of 4096. */
  readonly offset: number;
  /** A multiple of 4096 long, or up to the end of the card; may be a part of the data that was handed in. */
  readonly data: Uint8Array;
  /** Of `data`, where the image's map says it; otherwise it has to be computed. */
  readonly sha256: string | null;
}

/**
 * Cuts entries to the card, lays patches over them, and fills the blocks that entries or patches only begin with zeros:
 * nothing is known to be there. Blocks of `cleared` that neither covers become zeros too. Holds one block at most.
 */
export class PieceMaker {
  readonly #bytes: number;
  readonly #patches: readonly Patch[];
  /** Blocks without a byte of an entry, still to come. */
  readonly #fillers: Iterator<Range>;
  #filler: Range | undefined;
  /** A block that an entry ended (or began) in the middle of. */
  #seam: { readonly offset: number; readonly data: Uint8Array } | null = null;
  /** Sum of all pieces. */
  readonly totalBytes: number;

  /** `bytes` is the size of the card. */
  constructor(plan: RestorePlan, cleared: readonly Range[], bytes: number) {
    this.#bytes = bytes;
    this.#patches = plan.patches;
    const blocksOf = (ranges: readonly Range[]): Range[] =>
      intersect(roundOutwards(toExtents(ranges), MAP_ALIGNMENT, bytes), [{ offset: 0, bytes }]);
    const ofEntries = blocksOf(plan.entries);
    const patches = plan.patches.map(({ offset, data }) => ({ offset, bytes: data.length }));
    const fillers = intersect(blocksOf([...patches, ...cleared]), invert(ofEntries, bytes));
    this.#fillers = chunksOf(fillers);
    this.#filler = next(this.#fillers);
    this.totalBytes = [...ofEntries, ...fillers].reduce((sum, range) => sum + range.bytes, 0);
  }

  /** True when an entry becomes one piece that carries the entry's own hash. */
  isPlain({ offset, bytes }: MapEntry): boolean {
    const end = offset + bytes;
    return (
      offset % MAP_ALIGNMENT === 0 &&
      (end % MAP_ALIGNMENT === 0 ? end <= this.#bytes : end === this.#bytes) &&
      this.#patchesIn(offset, end).length === 0
    );
  }

  /** The pieces that are complete with the data of the next entry; patches change `data`. */
  take(entry: MapEntry, data: Uint8Array): Piece[] {
    const pieces = this.#upTo(entry.offset);
    const end = Math.min(entry.offset + entry.bytes, this.#bytes);
    let at = entry.offset;
    if (at >= end) return pieces;
    if (this.#seam && this.#seam.offset !== blockStart(at)) pieces.push(...this.#endSeam());
    if (this.#seam || at % MAP_ALIGNMENT !== 0) at = this.#addToSeam(at, data, end - at);
    if (this.#seam && at === this.#seam.offset + this.#seam.data.length) {
      pieces.push(...this.#endSeam());
    }
    const middleEnd = end === this.#bytes ? end : blockStart(end);
    if (middleEnd > at) {
      const middle = data.subarray(at - entry.offset, middleEnd - entry.offset);
      pieces.push(this.#patched(at, middle, middle.length === entry.bytes ? entry.sha256 : null));
      at = middleEnd;
    }
    if (end > at) this.#addToSeam(at, data.subarray(at - entry.offset), end - at);
    return pieces;
  }

  /** What is left when every entry was taken. */
  finish(): Piece[] {
    return this.#upTo(this.#bytes).concat(this.#endSeam());
  }

  /** Blocks without an entry before `offset`. A seam stays open: the next entry may continue it. */
  #upTo(offset: number): Piece[] {
    const pieces: Piece[] = [];
    while (this.#filler && this.#filler.offset < offset) {
      if (this.#seam && this.#seam.offset < this.#filler.offset) pieces.push(...this.#endSeam());
      const zeros = new Uint8Array(this.#filler.bytes);
      pieces.push(this.#patched(this.#filler.offset, zeros, null));
      this.#filler = next(this.#fillers);
    }
    return pieces;
  }

  /** Copies what of `data` (for `at`) falls into the block there; returns where it ended. */
  #addToSeam(at: number, data: Uint8Array, bytes: number): number {
    const offset = blockStart(at);
    const length = Math.min(MAP_ALIGNMENT, this.#bytes - offset);
    this.#seam ??= { offset, data: new Uint8Array(length) };
    const taken = Math.min(bytes, offset + length - at);
    this.#seam.data.set(data.subarray(0, taken), at - offset);
    return at + taken;
  }

  #endSeam(): Piece[] {
    const seam = this.#seam;
    this.#seam = null;
    return seam ? [this.#patched(seam.offset, seam.data, null)] : [];
  }

  #patched(offset: number, data: Uint8Array, sha256: string | null): Piece {
    const end = offset + data.length;
    const patches = this.#patchesIn(offset, end);
    for (const patch of patches) {
      const from = Math.max(offset, patch.offset);
      const to = Math.min(end, patch.offset + patch.data.length);
      data.set(patch.data.subarray(from - patch.offset, to - patch.offset), from - offset);
    }
    return { offset, data, sha256: patches.length === 0 ? sha256 : null };
  }

  #patchesIn(offset: number, end: number): readonly Patch[] {
    return this.#patches.filter(
      (patch) => patch.offset < end && offset < patch.offset + patch.data.length,
    );
  }
}

/** Cuts a piece at ascending places; the parts of one that is cut have to be hashed anew. */
export function cutPiece(piece: Piece, places: readonly number[]): Piece[] {
  const { offset, data } = piece;
  const inside = places.filter((place) => place > offset && place < offset + data.length);
  if (inside.length === 0) return [piece];
  return [offset, ...inside].map((start, index) => ({
    offset: start,
    data: data.subarray(start - offset, (inside[index] ?? offset + data.length) - offset),
    sha256: null,
  }));
}

function next(ranges: Iterator<Range>): Range | undefined {
  const { done, value } = ranges.next();
  return done ? undefined : value;
}
