/** Reads an image back while it is still being written, and compares it with what was read from the card. */

import { BufferPool } from './aligned-memory.ts';
import { CHUNK_BYTES } from './chunks.ts';
import { PiKeepError, throwIfInterrupted } from './errors.ts';
import type { NewImageFile } from './image/image-file.ts';
import { type MapEntry, sha256, zeroSha256 } from './image/map.ts';
import { isAllZero } from './zeros.ts';

/** How much is written before it is made to reach the disk and read back: few flushes, and little left at the end. */
const BATCH_BYTES = 64 * 1024 * 1024;
const READS_IN_FLIGHT = 2;

interface Pending {
  readonly entry: MapEntry;
  readonly written: Promise<void>;
}

/**
 * Proves entries in batches: waits for their writes, settles the file, re-reads them past the cache and compares hashes.
 * One batch is proven at a time, beside the copying. The first failure is kept and thrown by `add` or `finish`.
 */
export class Prover {
  readonly #image: NewImageFile;
  readonly #onProven: (bytes: number) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #pool = new BufferPool(READS_IN_FLIGHT, CHUNK_BYTES);
  #batch: Pending[] = [];
  #batchBytes = 0;
  #running: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | null = null;
  #stopped = false;

  constructor(options: {
    image: NewImageFile;
    onProven: (bytes: number) => void;
    signal?: AbortSignal | undefined;
  }) {
    this.#image = options.image;
    this.#onProven = options.onProven;
    this.#signal = options.signal;
  }

  /** Hands over an entry whose data is on its way to the file. */
  add(entry: MapEntry, written: Promise<void>): void {
    if (this.#failure) throw this.#failure.error;
    this.#batch.push({ entry, written });
    this.#batchBytes += entry.bytes;
    if (this.#batchBytes >= BATCH_BYTES) this.#startBatch();
  }

  /** Proves what is left; resolves when every entry has been read back and found equal. */
  async finish(): Promise<void> {
    this.#startBatch();
    await this.#running;
    if (this.#failure) throw this.#failure.error;
  }

  /** Waits until no read is in flight any more; to be called before the file is closed, also after a failure. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
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
    const differing: MapEntry[] = [];
    const queue = batch.values();
    const lane = async (): Promise<void> => {
      for (const { entry } of queue) {
        throwIfInterrupted(this.#signal);
        if (this.#stopped) return;
        if (!(await this.#isEqual(entry))) differing.push(entry);
        this.#onProven(entry.bytes);
      }
    };
    // All lanes are waited for, so that no read is in flight when a failure closes the file.
    const lanes = await Promise.allSettled(Array.from({ length: READS_IN_FLIGHT }, lane));
    for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
    throwIfDifferent(this.#image.path, differing);
  }

  async #isEqual(entry: MapEntry): Promise<boolean> {
    const buffer = await this.#pool.acquire();
    try {
      const data = buffer.subarray(0, entry.bytes);
      await this.#image.readBack(data, entry.offset);
      return hashOf(data) === entry.sha256;
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
export function throwIfDifferent(path: string, differing: readonly MapEntry[]): void {
  const [first] = differing.toSorted((left, right) => left.offset - right.offset);
  if (!first) return;
  const { offset, bytes } = first;
  throw new PiKeepError('VERIFY_DIFFERS', { path, offset, bytes, ranges: differing.length });
}
