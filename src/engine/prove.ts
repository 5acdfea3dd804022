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
  /** Told to `onBatch` when it is proven. */
  readonly counts: boolean;
}

export interface ProverOptions {
  readonly image: ImageWriter;
  /** False: batches only settle, and nothing is read back. */
  readonly readsBack: boolean;
  /** Bytes in a batch. */
  readonly batchBytes?: number | undefined;
  /** Everything on the card before this was proven already. */
  readonly from: number;
  readonly onProven: (bytes: number) => void;
  /** Entries that would survive a power cut, and are proven if anything is; the next batch waits for it. */
  readonly onBatch?: ((entries: readonly MapEntry[]) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Proves an image in batches: waits for the writes, settles the file, re-reads it past the cache and compares hashes; the
 * gaps between the entries have to be zero. One batch is proven at a time, beside the copying. The first failure is kept
 * and thrown by `add` or `finish`.
 */
export class Prover {
  readonly #options: ProverOptions;
  readonly #image: ImageWriter;
  readonly #pool = new BufferPool(READS_IN_FLIGHT, CHUNK_BYTES);
  #batch: Pending[] = [];
  #batchBytes = 0;
  /** The end of the last entry. */
  #at: number;
  #running: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | null = null;
  #stopped = false;

  constructor(options: ProverOptions) {
    this.#options = options;
    this.#image = options.image;
    this.#at = options.from;
  }

  /**
   * Hands over an entry whose data is on its way to the file, and with it the gap before it. One that does not count is not
   * told to `onBatch`.
   */
  add(entry: MapEntry, written: Promise<void>, counts = true): void {
    if (this.#failure) throw this.#failure.error;
    this.#addGap(entry.offset, written);
    this.#batch.push({ ...entry, written, counts });
    this.#at = entry.offset + entry.bytes;
    this.#batchBytes += entry.bytes;
    if (this.#batchBytes >= (this.#options.batchBytes ?? BATCH_BYTES)) this.flush();
  }

  /** Starts on what was handed over so far: nothing more will come for a while. */
  flush(): void {
    if (this.#batch.length > 0) this.#startBatch();
  }

  /** Proves what is left of an image of `bytes` bytes that is finished; resolves when all of it was found equal. */
  async finish(bytes: number): Promise<void> {
    this.#addGap(bytes, Promise.resolve());
    this.#startBatch();
    await this.#running;
    if (this.#failure) throw this.#failure.error;
    if (!this.#options.readsBack || (await this.#image.readBackFrame())) return;
    const { path } = this.#image;
    throw new PiKeepError('VERIFY_DIFFERS', { path, offset: bytes, bytes: 0, ranges: 1 });
  }

  /** Proves what was handed over so far, of an image that stays unfinished; a failure is kept. */
  async breakOff(): Promise<void> {
    this.flush();
    await this.#running;
  }

  /** Waits until no read is in flight any more; to be called before the file is closed, also after a failure. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  #addGap(end: number, written: Promise<void>): void {
    const offset = this.#at;
    const gap = { offset, bytes: end - offset, sha256: null, written, counts: false };
    if (end > offset) this.#batch.push(gap);
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
    if (this.#options.readsBack) await this.#compare(batch);
    const { onBatch } = this.#options;
    if (!onBatch || this.#stopped) return;
    const proven: MapEntry[] = [];
    for (const { offset, bytes, sha256, counts } of batch) {
      if (counts && sha256 !== null) proven.push({ offset, bytes, sha256 });
    }
    if (proven.length > 0) await onBatch(proven);
  }

  async #compare(batch: readonly Pending[]): Promise<void> {
    const { signal, onProven } = this.#options;
    const differing: Range[] = [];
    const queue = batch.values();
    const lane = async (): Promise<void> => {
      for (const pending of queue) {
        throwIfInterrupted(signal);
        if (this.#stopped) return;
        const { offset, bytes } = pending;
        if (!(await this.#isEqual(pending))) differing.push({ offset, bytes });
        if (pending.sha256 !== null) onProven(pending.bytes);
      }
    };
    // All lanes are waited for, so that no read is in flight when a failure closes the file.
    const lanes = await Promise.allSettled(Array.from({ length: READS_IN_FLIGHT }, lane));
    for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
    throwIfDifferent(this.#image.path, differing);
  }

  async #isEqual({ sha256, offset, bytes }: Pending): Promise<boolean> {
    const range = { offset, bytes };
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
