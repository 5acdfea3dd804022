/**
 * What a copy does about places that cannot be read. A plain image takes everything in any order, so all that reads is read
 * first and the rest of the card gets its turn afterwards. A packed image is written from its start to its end: there, each
 * bad place has to be worked on when it is met, and once all patience is used up, bad areas are jumped over.
 */

import type { BlockDevice } from './block-device.ts';
import { CHUNK_BYTES, type Range } from './chunks.ts';
import type { PiKeepError } from './errors.ts';
import { toExtents } from './extents.ts';
import type { ImageWriter } from './image/image-writer.ts';
import { type MapEntry, zeroSha256 } from './image/map.ts';
import type { ReadChunk } from './read-ahead.ts';
import { rescue } from './rescue.ts';
import { RescueBudget, type RescueLimits, type RescuePorts } from './rescue-budget.ts';
import { readsAnywhere } from './rescue-dead.ts';
import { chunkStore, ImageStore } from './rescue-stores.ts';

export interface RescueFigures {
  /** Bytes that did not read at first, of those that are being worked on. */
  readonly total: number;
  /** Of them, bytes that were read since. */
  readonly rescued: number;
}

export interface RescueWishes {
  readonly limits: RescueLimits;
  readonly ports: RescuePorts;
  readonly onRescue: (figures: RescueFigures) => void;
}

export interface RescueSetting {
  readonly device: BlockDevice;
  readonly ranges: readonly Range[];
  readonly image: ImageWriter;
  readonly signal?: AbortSignal | undefined;
}

/** How far a copy jumps when a second chunk in a row is bad, past those that are being read already; then twice as far each time. */
const MIN_JUMP_BYTES = 4 * CHUNK_BYTES;
const MAX_JUMP_BYTES = 1024 * 1024 * 1024;
/** The part of the patience without progress after which a card that gave nothing at all is given up. */
const DEAD_AFTER = 1 / 6;

export class RescueInCopy {
  readonly #setting: RescueSetting;
  readonly #wishes: RescueWishes;
  readonly #budget: RescueBudget;
  readonly #skipped: Range[] = [];
  readonly #failed: Range[] = [];
  readonly #bad: Range[] = [];
  #first: PiKeepError<'READ_FAILED'> | null = null;
  #readAnything = false;
  #jumpBytes = 0;
  #jumpUntil = 0;

  constructor(setting: RescueSetting, wishes: RescueWishes) {
    this.#setting = setting;
    this.#wishes = wishes;
    this.#budget = new RescueBudget(wishes.limits, wishes.ports);
  }

  /** The chunks that are tried in the first pass, without those that a jump leaves out. */
  *chunks(all: Iterable<Range>): Generator<Range> {
    for (const chunk of all) {
      if (chunk.offset < this.#jumpUntil) this.#skipped.push(chunk);
      else yield chunk;
    }
  }

  /** A chunk was read at once. */
  good(): void {
    this.#readAnything = true;
    this.#jumpBytes = 0;
    this.#jumpUntil = 0;
  }

  /**
   * Sees to a chunk that was not. True: its data is now as good as it gets, with zeros in the holes. False: it is left for
   * `finish`. Throws the error of the first chunk where the card gives nothing at all.
   */
  async bad(chunk: ReadChunk): Promise<boolean> {
    this.#first ??= chunk.failure;
    const { offset, bytes, data } = chunk;
    const { image } = this.#setting;
    if (!image.anyOrder && !this.#budget.isSpent) {
      await this.#requireAlive();
      this.#addBad(await this.#rescue([], [{ offset, bytes }], chunkStore(data, offset)));
      return true;
    }
    this.#failed.push({ offset, bytes });
    this.#jumpUntil = offset + bytes + this.#jumpBytes;
    this.#jumpBytes = Math.min(MAX_JUMP_BYTES, Math.max(MIN_JUMP_BYTES, 2 * this.#jumpBytes));
    return false;
  }

  /** Some chunks are missing in what was handed out so far. */
  get leftSome(): boolean {
    return this.#failed.length > 0 || this.#skipped.length > 0;
  }

  /** What was handed out so far is not all that the card holds up to there. */
  get metBad(): boolean {
    return this.leftSome || this.#bad.length > 0;
  }

  /** Reads what was left and can be read, into an image that takes it. Returns what has to be done once it has settled. */
  async finish(): Promise<() => AsyncGenerator<MapEntry, void, void>> {
    const { image, signal } = this.#setting;
    const left = [...this.#failed, ...this.#skipped].sort(
      (one, other) => one.offset - other.offset,
    );
    if (!image.anyOrder) {
      this.#addBad(left);
      this.#requireSomething();
      return () => zeroEntries(left);
    }
    const store = new ImageStore(image);
    if (left.length > 0) {
      await this.#requireAlive();
      this.#addBad(await this.#rescue(toExtents(this.#skipped), this.#failed, store));
    }
    this.#requireSomething();
    return () => store.prove(left, signal);
  }

  /** What could not be read in the end: sorted, disjoint, whole sectors. */
  get unreadable(): Range[] {
    return toExtents(this.#bad);
  }

  async #rescue(
    skipped: readonly Range[],
    failed: readonly Range[],
    store: ImageStore | ReturnType<typeof chunkStore>,
  ): Promise<Range[]> {
    const { device, signal } = this.#setting;
    const total = [...skipped, ...failed].reduce((sum, { bytes }) => sum + bytes, 0);
    let rescued = 0;
    this.#wishes.onRescue({ total, rescued });
    return rescue({
      device,
      skipped,
      failed,
      store,
      budget: this.#budget,
      signal,
      onRescued: (bytes) => {
        rescued += bytes;
        this.#readAnything = true;
        this.#wishes.onRescue({ total, rescued });
      },
    });
  }

  #addBad(ranges: readonly Range[]): void {
    for (const range of ranges) this.#bad.push(range);
  }

  /** Also a card that read well so far may be one that reads nothing any more, like one whose reader died. */
  async #requireAlive(): Promise<void> {
    if (!this.#first) return;
    const patienceMs = this.#wishes.limits.idleMs * DEAD_AFTER;
    const alive = await readsAnywhere({ ...this.#setting, budget: this.#budget, patienceMs });
    if (!alive) throw this.#first;
  }

  #requireSomething(): void {
    if (!this.#readAnything && this.#first) throw this.#first;
  }
}

/** Nothing was written there: a gap in a packed image is zeros, and proven as such. */
async function* zeroEntries(chunks: readonly Range[]): AsyncGenerator<MapEntry, void, void> {
  for (const chunk of chunks) yield { ...chunk, sha256: zeroSha256(chunk.bytes) };
}
