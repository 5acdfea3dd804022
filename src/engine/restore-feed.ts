/** Hands out the data of an image's entries, some of them skipped, in one pass where the image can only be read in order. */

import type { BufferPool } from './aligned-memory.ts';
import type { MapEntry } from './image/map.ts';
import type { RestoreSource } from './image/restore-source.ts';
import type { ReadChunk } from './read-ahead.ts';

/** Enough to unpack and check one while another is written. */
export const READS_OF_IMAGE = 3;

export class RestoreFeed {
  readonly #source: RestoreSource;
  readonly #options: { pool: BufferPool; depth: number; signal: AbortSignal | undefined };
  /** Of an image that has to be read from its beginning: the one reading of all its entries. */
  readonly #stream: AsyncGenerator<ReadChunk, void, void> | null;

  /** `entries` are all that will be asked for. */
  constructor(
    source: RestoreSource,
    entries: readonly MapEntry[],
    pool: BufferPool,
    signal: AbortSignal | undefined,
  ) {
    this.#source = source;
    this.#options = { pool, depth: READS_OF_IMAGE, signal };
    this.#stream = source.isSeekable ? null : source.read(entries, this.#options);
  }

  /** The data of `entries`, which lie behind all that was asked for before. The receiver gives `buffer` back to the pool. */
  async *take(entries: readonly MapEntry[]): AsyncGenerator<ReadChunk, void, void> {
    if (!this.#stream) {
      yield* this.#source.read(entries, this.#options);
      return;
    }
    for (const entry of entries) yield await this.#fromStream(this.#stream, entry);
  }

  async close(): Promise<void> {
    await this.#stream?.return();
  }

  async #fromStream(
    stream: AsyncGenerator<ReadChunk, void, void>,
    entry: MapEntry,
  ): Promise<ReadChunk> {
    for (;;) {
      const next = await stream.next();
      if (next.done) throw new RangeError(`the image ended before ${entry.offset}`);
      if (next.value.offset === entry.offset) return next.value;
      this.#options.pool.release(next.value.buffer);
    }
  }
}
