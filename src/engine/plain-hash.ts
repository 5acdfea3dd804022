/** The SHA-256 of a whole card of which only some ranges were read: the rest counts as zeros. */

import { createHash } from 'node:crypto';
import { CHUNK_BYTES } from './chunks.ts';
import { zeroBytes } from './zeros.ts';

/** Bytes of zeros hashed at a stretch; then whatever waits has its turn. */
const STRETCH_BYTES = 16 * CHUNK_BYTES;

export class PlainHash {
  readonly #hash = createHash('sha256');
  #at = 0;

  /** The end of what was added. */
  get position(): number {
    return this.#at;
  }

  /** Adds what was read at `offset`, which lies behind all before it. */
  async add(offset: number, data: Uint8Array): Promise<void> {
    if (offset > this.#at) await this.skipTo(offset);
    this.#hash.update(data);
    this.#at = offset + data.length;
  }

  /** Adds zeros up to `end`. */
  async skipTo(end: number): Promise<void> {
    while (this.#at < end) {
      const bytes = Math.min(CHUNK_BYTES, end - this.#at);
      this.#hash.update(zeroBytes(bytes));
      this.#at += bytes;
      if (this.#at % STRETCH_BYTES < CHUNK_BYTES) await nextTurn();
    }
  }

  /** 64 hex digits; nothing can be added afterwards. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
