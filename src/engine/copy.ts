/** Copies ranges of a card into an image: reading, hashing, writing and proving all at once, in bounded memory. */

import { createHash, type Hash } from 'node:crypto';
import { BufferPool } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { CHUNK_BYTES, chunksOf, type Range } from './chunks.ts';
import { throwIfInterrupted } from './errors.ts';
import type { NewImageFile } from './image/image-file.ts';
import { type MapEntry, sha256, zeroSha256 } from './image/map.ts';
import { Prover } from './prove.ts';
import { type ReadChunk, readAhead } from './read-ahead.ts';
import { dataRuns } from './zeros.ts';

/** Enough to keep a card reader busy between two requests. */
const READS_IN_FLIGHT = 4;
/** Reads in flight, chunks being hashed or written: the bound on memory (48 MiB). */
const BUFFERS = 12;

export interface CopyOptions {
  readonly device: BlockDevice;
  /** Sorted, disjoint, aligned to 4096 bytes (except at the end of the device). */
  readonly ranges: readonly Range[];
  readonly image: NewImageFile;
  /** False leaves the image unproven. */
  readonly prove: boolean;
  /** Bytes read from the card and bytes proven since the last call. */
  readonly onProgress: (step: { copied: number; proven: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface CopyResult {
  readonly map: readonly MapEntry[];
  /** Of all bytes copied, in order: the hash of the plain image when `ranges` is the whole device. */
  readonly plainSha256: string;
}

/**
 * Resolves when every range has been copied, has reached the disk and (unless told otherwise) was read back equal.
 * Throws DEVICE_GONE, READ_FAILED, DESTINATION_FULL, DESTINATION_FAILED, VERIFY_DIFFERS or INTERRUPTED; by then no read
 * or write is in flight any more.
 */
export async function copyRanges(options: CopyOptions): Promise<CopyResult> {
  const { device, image, signal, onProgress } = options;
  const pool = new BufferPool(BUFFERS, CHUNK_BYTES);
  const prover = options.prove
    ? new Prover({ image, signal, onProven: (proven) => onProgress({ copied: 0, proven }) })
    : null;
  const plain = createHash('sha256');
  const map: MapEntry[] = [];
  const writes = new WritesInFlight(image, pool);
  try {
    const chunks = chunksOf(options.ranges);
    for await (const chunk of readAhead({ device, chunks, pool, depth: READS_IN_FLIGHT, signal })) {
      const { entry, written } = take(chunk, plain, writes);
      map.push(entry);
      prover?.add(entry, written);
      writes.throwIfFailed();
      onProgress({ copied: entry.bytes, proven: 0 });
    }
    await writes.finish();
    throwIfInterrupted(signal);
    await image.settle();
    await prover?.finish();
  } finally {
    await writes.drain();
    await prover?.stop();
  }
  return { map, plainSha256: plain.digest('hex') };
}

/** Hashes a chunk and starts its writes. */
function take(
  chunk: ReadChunk,
  plain: Hash,
  writes: WritesInFlight,
): { entry: MapEntry; written: Promise<void> } {
  const runs = dataRuns(chunk.data);
  plain.update(chunk.data);
  const hash = runs.length === 0 ? zeroSha256(chunk.bytes) : sha256(chunk.data);
  return {
    entry: { offset: chunk.offset, bytes: chunk.bytes, sha256: hash },
    written: writes.start(chunk, runs),
  };
}

/** The writes that have not finished; each gives its buffer back, whatever becomes of it. */
class WritesInFlight {
  readonly #image: NewImageFile;
  readonly #pool: BufferPool;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | null = null;

  constructor(image: NewImageFile, pool: BufferPool) {
    this.#image = image;
    this.#pool = pool;
  }

  start(chunk: ReadChunk, runs: readonly { start: number; end: number }[]): Promise<void> {
    const writing = this.#write(chunk, runs);
    this.#running.add(writing);
    writing.then(
      () => this.#running.delete(writing),
      (error: unknown) => {
        this.#running.delete(writing);
        this.#failure ??= { error };
      },
    );
    return writing;
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async finish(): Promise<void> {
    await this.drain();
    this.throwIfFailed();
  }

  async drain(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #write(chunk: ReadChunk, runs: readonly { start: number; end: number }[]): Promise<void> {
    try {
      for (const { start, end } of runs) {
        await this.#image.write(chunk.data.subarray(start, end), chunk.offset + start);
      }
    } finally {
      this.#pool.release(chunk.buffer);
    }
  }
}
