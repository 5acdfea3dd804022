/** Reads an image back while it is still being written, and compares it with what was read from the card. */

import { BufferPool } from './aligned-memory.ts';
import { CHUNK_BYTES, type Range } from './chunks.ts';
import { isPiKeepError, PiKeepError, throwIfInterrupted } from './errors.ts';
import type { ImageWriter } from './image/image-writer.ts';
import { type MapEntry, sha256, zeroSha256 } from './image/map.ts';
import { isAllZero } from './zeros.ts';

/** How much is written before it is made to reach the disk and read back: few flushes, and little left at the end. */
const BATCH_BYTES = 64 * 1024 * 1024;
const READS_IN_FLIGHT = 2;

/** A range that has to read back as it was read from the card; without a hash, as zeros. */
interface Pending extends Range {
  readonly sha256: string | null;
  readonly written: Promise<void>;
}

/**
 * Proves an image in batches: waits for the writes, settles the file, re-reads it past the cache and compares hashes; the
 * gaps between the entries have to be zero. One batch is proven at a time, beside the copying. The first failure is kept
 * and thrown by `add` or `finish`.
 */
export class Prover {
  readonly #image: ImageWriter;
  readonly #onProven: (bytes: number) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #pool = new BufferPool(READS_IN_FLIGHT, CHUNK_BYTES);
  #batch: Pending[] = [];
  #batchBytes = 0;
  /** The end of the last entry. */
  #at = 0;
  #running: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | null = null;
  #stopped = false;

  constructor(options: {
    image: ImageWriter;
    onProven: (bytes: number) => void;
    signal?: AbortSignal | undefined;
  }) {
    this.#image = options.image;
    this.#onProven = options.onProven;
    this.#signal = options.signal;
  }

  /** Hands over an entry whose data is on its way to the file, and with it the gap before it. */
  add(entry: MapEntry, written: Promise<void>): void {
    if (this.#failure) throw this.#failure.error;
    this.#addGap(entry.offset, written);
    this.#batch.push({ ...entry, written });
    this.#at = entry.offset + entry.bytes;
    this.#batchBytes += entry.bytes;
    if (this.#batchBytes >= BATCH_BYTES) this.#startBatch();
  }

  /** Proves what is left of an image of `bytes` bytes that is finished; resolves when all of it was found equal. */
  async finish(bytes: number): Promise<void> {
    this.#addGap(bytes, Promise.resolve());
    this.#startBatch();
    await this.#running;
    if (this.#failure) throw this.#failure.error;
    if (await this.#image.readBackFrame()) return;
    const { path } = this.#image;
    throw new PiKeepError('VERIFY_DIFFERS', { path, offset: bytes, bytes: 0, ranges: 1 });
  }

  /** Waits until no read is in flight any more; to be called before the file is closed, also after a failure. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  #addGap(end: number, written: Promise<void>): void {
    const offset = this.#at;
    if (end > offset) this.#batch.push({ offset, bytes: end - offset, sha256: null, written });
  }

  #startBatch(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#running = this.#running.then(async () => {
      if (this.#failure || this.#stopped) return;
      try {
        await this.#prove(batch);
      } catch (error) {
        this.#failure = { error };
      }
    });
  }

  async #prove(batch: readonly Pending[]): Promise<void> {
    await Promise.all(batch.map(({ written }) => written));
    await this.#image.settle();
    const differing: Range[] = [];
    const queue = batch.values();
    const lane = async (): Promise<void> => {
      for (const { written: _, ...pending } of queue) {
        throwIfInterrupted(this.#signal);
        if (this.#stopped) return;
        if (!(await this.#isEqual(pending))) differing.push(pending);
        if (pending.sha256 !== null) this.#onProven(pending.bytes);
      }
    };
    // All lanes are waited for, so that no read is in flight when a failure closes the file.
    const lanes = await Promise.allSettled(Array.from({ length: READS_IN_FLIGHT }, lane));
    for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
    throwIfDifferent(this.#image.path, differing);
  }

  async #isEqual({ sha256, ...range }: Omit<Pending, 'written'>): Promise<boolean> {
    try {
      if (sha256 === null) return await this.#image.readBackGap(range);
      return (await this.#hashOnDisk(range)) === sha256;
    } catch (error) {
      if (isPiKeepError(error, 'IMAGE_DAMAGED')) return false;
      throw error;
    }
  }

  async #hashOnDisk(range: Range): Promise<string> {
    const buffer = await this.#pool.acquire();
    try {
      return await this.#image.readBack(range, buffer, hashOf);
    } finally {
      this.#pool.release(buffer);
    }
  }
}

/** SHA-256 with a short cut for zeros, which most of a card is. */
export function hashOf(data: Uint8Array): string {
  return isAllZero(data) ? zeroSha256(data.length) : sha256(data);
}

/** Throws VERIFY_DIFFERS naming the first of the ranges, if there are any. */
export function throwIfDifferent(path: string, differing: readonly Range[]): void {
  const [first] = differing.toSorted((left, right) => left.offset - right.offset);
  if (!first) return;
  const { offset, bytes } = first;
  throw new PiKeepError('VERIFY_DIFFERS', { path, offset, bytes, ranges: differing.length });
}
