/** Where the pieces go that were read of a dying card: into an image that takes them in any order, or into a chunk in memory. */

import { allocateAligned } from './aligned-memory.ts';
import { CHUNK_BYTES, type Range } from './chunks.ts';
import { throwIfInterrupted } from './errors.ts';
import type { ImageWriter } from './image/image-writer.ts';
import { type MapEntry, sha256 } from './image/map.ts';
import { hashOf, throwIfDifferent } from './prove.ts';
import type { RescueStore } from './rescue.ts';
import { isAllZero } from './zeros.ts';

/** A chunk that waits in memory for its turn to be written; zeros where nothing is put. */
export function chunkStore(data: Uint8Array, start: number): RescueStore {
  data.fill(0);
  return {
    async put(piece, offset) {
      data.set(piece, offset - start);
    },
    async get(into, offset) {
      into.set(data.subarray(offset - start, offset - start + into.length));
    },
  };
}

/** What of a chunk was rescued: the hash of what the card gave, as 32 bytes. */
interface Rescued {
  readonly bytes: number;
  readonly hash: Uint8Array;
}

/** Pieces go straight to their place in an image; their hashes are kept to prove them by. */
export class ImageStore implements RescueStore {
  readonly #image: ImageWriter;
  readonly #pieces = new Map<number, Rescued>();

  constructor(image: ImageWriter) {
    this.#image = image;
  }

  async put(data: Uint8Array, offset: number): Promise<void> {
    const bytes = data.length;
    this.#pieces.set(offset, { bytes, hash: Buffer.from(sha256(data), 'hex') });
    const { taken, written } = this.#image.write({ offset, bytes, data, isZero: isAllZero(data) });
    await Promise.all([taken, written]);
  }

  async get(into: Uint8Array, offset: number): Promise<void> {
    await this.#image.settle();
    const range = { offset, bytes: into.length };
    await this.#image.readBack(range, into, (data) => {
      if (data !== into) into.set(data);
    });
  }

  /**
   * Reads chunks back from the disk, of an image that has settled: each piece has to be what the card gave, the rest zeros.
   * Yields their entries of the map. Throws VERIFY_DIFFERS and what reading back throws.
   */
  async *prove(
    chunks: readonly Range[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<MapEntry, void, void> {
    const memory = allocateAligned(CHUNK_BYTES);
    const offsets = [...this.#pieces.keys()].sort((left, right) => left - right);
    let next = 0;
    for (const chunk of chunks) {
      throwIfInterrupted(signal);
      const end = chunk.offset + chunk.bytes;
      const first = next;
      while ((offsets[next] ?? Number.POSITIVE_INFINITY) < end) next++;
      const own = offsets.slice(first, next);
      const entry = await this.#image.readBack(chunk, memory, (data) => {
        const isRight = this.#isRight(data, chunk, own);
        return isRight ? { ...chunk, sha256: hashOf(data) } : null;
      });
      if (entry) yield entry;
      else throwIfDifferent(this.#image.path, [chunk]);
    }
  }

  #isRight(data: Uint8Array, chunk: Range, offsets: readonly number[]): boolean {
    let at = 0;
    for (const offset of offsets) {
      const piece = this.#pieces.get(offset);
      if (!piece) return false;
      const start = offset - chunk.offset;
      const content = data.subarray(start, start + piece.bytes);
      if (!isAllZero(data.subarray(at, start))) return false;
      if (sha256(content) !== Buffer.from(piece.hash).toString('hex')) return false;
      at = start + piece.bytes;
    }
    return isAllZero(data.subarray(at));
  }
}
