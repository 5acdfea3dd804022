/** What of an image has reached the disk for good, in portions from which another process could go on. */

import { CHUNK_BYTES } from './chunks.ts';
import type { ImageWriter } from './image/image-writer.ts';
import type { MapEntry } from './image/map.ts';

export interface Settled {
  readonly entries: readonly MapEntry[];
  /** Packed lengths of the blocks behind those of the portions before; null for an image without blocks. */
  readonly blocks: readonly number[] | null;
}

/**
 * Hands on entries as they are proven. A packed image can only go on behind a block, and where a chunk of the card ends: what
 * lies behind the last such place waits for the next portion.
 */
export class SettledFeed {
  readonly #image: ImageWriter;
  readonly #use: (settled: Settled) => Promise<void>;
  #from: number;
  #waiting: MapEntry[] = [];

  /** `from` is where on the card the first portion begins, a multiple of CHUNK_BYTES. */
  constructor(image: ImageWriter, from: number, use: (settled: Settled) => Promise<void>) {
    this.#image = image;
    this.#from = from;
    this.#use = use;
  }

  async add(entries: readonly MapEntry[]): Promise<void> {
    if (this.#image.anyOrder) return this.#use({ entries, blocks: null });
    for (const entry of entries) this.#waiting.push(entry);
    const last = this.#waiting.at(-1);
    const end = last ? last.offset + last.bytes : 0;
    const to = Math.floor(end / CHUNK_BYTES) * CHUNK_BYTES;
    if (to <= this.#from) return;
    const ready = this.#waiting.filter(({ offset }) => offset < to);
    this.#waiting = this.#waiting.filter(({ offset }) => offset >= to);
    const blocks = this.#image.lengthsOf({ offset: this.#from, bytes: to - this.#from });
    this.#from = to;
    await this.#use({ entries: ready, blocks });
  }
}
