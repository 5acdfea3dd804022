/**
 * Reads what can still be read of a dying card, what is easy to get first (after GNU ddrescue): large pieces, smaller ones
 * from the edges of each bad area inwards, then what lies inside, and last sector by sector; and what still failed again,
 * after pauses that grow.
 */

import { allocateAligned } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { CHUNK_BYTES, MAP_ALIGNMENT, type Range, totalBytes } from './chunks.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import { toExtents } from './extents.ts';
import type { RescueBudget } from './rescue-budget.ts';
import { firstPiece, inBlocks, lastPiece, piecesOf, without } from './rescue-pieces.ts';

/** Where what was read goes. Offsets are multiples of 4096; so are lengths, but at the end of the card. */
export interface RescueStore {
  /** Keeps data; a later call for the same place replaces it. `data` is the caller's again afterwards. */
  put(data: Uint8Array, offset: number): Promise<void>;
  /** What was put at that very place. */
  get(into: Uint8Array, offset: number): Promise<void>;
}

export interface RescueOptions {
  readonly device: BlockDevice;
  /** Never tried. Areas are sorted, disjoint, and on multiples of 4096 but at the end of the card. */
  readonly skipped: readonly Range[];
  /** Tried in large pieces, without success. */
  readonly failed: readonly Range[];
  readonly store: RescueStore;
  readonly budget: RescueBudget;
  /** Bytes that were read since the last call. */
  readonly onRescued: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The cluster of ddrescue: small enough that a bad sector costs little, large enough that a good card stays fast. */
const PIECE_BYTES = 64 * 1024;
/** Milliseconds before everything that is still missing is tried again. */
const PAUSES = [1000, 4000, 16_000];

/**
 * Returns what could not be read, in whole sectors, sorted and disjoint: what failed to the last, and what there was no time
 * for. Throws DEVICE_GONE and whatever else is no read error, what the store throws, INTERRUPTED.
 */
export async function rescue(options: RescueOptions): Promise<Range[]> {
  const passes = new RescuePasses(options);
  const large = await passes.narrow(options.skipped, CHUNK_BYTES);
  const medium = await passes.narrow(toExtents([...options.failed, ...large]), PIECE_BYTES);
  const small = await passes.narrow(medium, MAP_ALIGNMENT);
  let bad = await passes.scrape(small);
  for (const [count, ms] of PAUSES.entries()) {
    if (bad.length === 0 || options.budget.isSpent) break;
    await options.budget.pause(ms, options.signal);
    bad = await passes.again(bad, count % 2 === 0);
  }
  return bad;
}

class RescuePasses {
  readonly #options: RescueOptions;
  readonly #memory = allocateAligned(CHUNK_BYTES);
  /** A block of 4096 bytes: what was read of it now, and all of it. */
  readonly #fresh = new Uint8Array(MAP_ALIGNMENT);
  readonly #whole = allocateAligned(MAP_ALIGNMENT);

  constructor(options: RescueOptions) {
    this.#options = options;
  }

  /** Reads areas in pieces: the edges of each first, then what is inside. Returns the pieces that failed. */
  async narrow(areas: readonly Range[], size: number): Promise<Range[]> {
    const rests: Range[] = [];
    for (const area of areas) {
      const rest = await this.#trim(area, size);
      if (rest.bytes > 0) rests.push(rest);
    }
    const failed: Range[] = [];
    for (const rest of rests) await this.#inside(rest, size, failed);
    return toExtents(failed);
  }

  /** What is left of an area once its edges were read inwards, each up to the first piece that fails. */
  async #trim(area: Range, size: number): Promise<Range> {
    let rest = area;
    // The end of what a jump left out is next to something that reads, its start next to something that does not.
    for (const edge of [lastPiece, firstPiece]) {
      while (rest.bytes > 0 && !this.#isSpent) {
        const piece = edge(rest, size);
        if (!(await this.#read(piece))) break;
        rest = without(rest, piece);
      }
    }
    return rest;
  }

  /** Tries every piece but the first and the last, which are known to fail; adds those that fail to `failed`. */
  async #inside(area: Range, size: number, failed: Range[]): Promise<void> {
    const first = firstPiece(area, size);
    const last = lastPiece(area, size);
    join(failed, first);
    if (last.offset === first.offset) return;
    const inside = without(without(area, first), last);
    for (const piece of piecesOf(inside, size)) {
      if (this.#isSpent) {
        join(failed, { ...piece, bytes: inside.offset + inside.bytes - piece.offset });
        break;
      }
      if (!(await this.#read(piece))) join(failed, piece);
    }
    join(failed, last);
  }

  /** Reads areas of which no block of 4096 bytes can be read, sector by sector. */
  async scrape(areas: readonly Range[]): Promise<Range[]> {
    const bad: Range[] = [];
    for (const area of areas) {
      for (const block of piecesOf(area, MAP_ALIGNMENT)) {
        if (this.#isSpent || this.#options.device.sectorSize >= block.bytes) {
          join(bad, { ...block, bytes: area.offset + area.bytes - block.offset });
          break;
        }
        for (const sector of await this.#sectors(block, block, false)) join(bad, sector);
      }
    }
    return bad;
  }

  /** Tries sectors again that failed before. */
  async again(bad: readonly Range[], backwards: boolean): Promise<Range[]> {
    const left: Range[] = [];
    const { size } = this.#options.device;
    for (const { block, part } of inBlocks(backwards ? bad.toReversed() : bad, size)) {
      for (const sector of await this.#sectors(block, part, true)) join(left, sector);
    }
    return toExtents(left);
  }

  /** Reads a part of a block of 4096 bytes sector by sector. Returns the sectors that failed. */
  async #sectors(block: Range, part: Range, wasPut: boolean): Promise<Range[]> {
    const { device, store, onRescued } = this.#options;
    const fresh = this.#fresh.subarray(0, block.bytes);
    const got: Range[] = [];
    const failed: Range[] = [];
    for (const sector of piecesOf(part, device.sectorSize)) {
      const data = this.#isSpent ? null : await this.#tryRead(sector);
      if (data) fresh.set(data, sector.offset - block.offset);
      (data ? got : failed).push(sector);
    }
    if (got.length === 0) return failed;
    const whole = this.#whole.subarray(0, block.bytes).fill(0);
    if (wasPut) await store.get(whole, block.offset);
    for (const { offset, bytes } of got) {
      const at = offset - block.offset;
      whole.set(fresh.subarray(at, at + bytes), at);
    }
    await store.put(whole, block.offset);
    onRescued(totalBytes(got));
    return failed;
  }

  async #read(piece: Range): Promise<boolean> {
    const data = await this.#tryRead(piece);
    if (!data) return false;
    await this.#options.store.put(data, piece.offset);
    this.#options.onRescued(piece.bytes);
    return true;
  }

  /** Null when that place cannot be read. */
  async #tryRead({ offset, bytes }: Range): Promise<Uint8Array | null> {
    const { device, budget, signal } = this.#options;
    throwIfInterrupted(signal);
    const data = this.#memory.subarray(0, bytes);
    try {
      await budget.attempt(() => device.read(data, offset));
    } catch (error) {
      if (!isPiKeepError(error, 'READ_FAILED')) throw error;
      return null;
    }
    budget.gained();
    return data;
  }

  get #isSpent(): boolean {
    throwIfInterrupted(this.#options.signal);
    return this.#options.budget.isSpent;
  }
}

/** Adds a range to a list that it mostly continues. */
function join(list: Range[], range: Range): void {
  const last = list.at(-1);
  if (last && last.offset + last.bytes === range.offset) {
    list[list.length - 1] = { offset: last.offset, bytes: last.bytes + range.bytes };
  } else {
    list.push(range);
  }
}
