/** Finds what of a restore is on the card already: by the hash of a whole entry, or piece by piece against its data. */

import { BufferPool } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { isPiKeepError } from './errors.ts';
import type { MapEntry } from './image/map.ts';
import { MAX_ENTRY_BYTES } from './image/restore-source.ts';
import { hashOf } from './prove.ts';
import { type ReadChunk, readAhead } from './read-ahead.ts';
import type { Piece } from './restore-pieces.ts';

/** Keeps a reader busy between two requests. */
const READS_IN_FLIGHT = 3;
/** Of an entry that differs, the pieces of this size that do are written; a card hardly takes less time for less. */
const STEP_BYTES = 256 * 1024;

/** What was read of entries that differ is kept for so many, so that cutting them need not read it again. */
const KEPT = 4;

/** A part of a piece of which every step is right, or none. */
export interface ComparedRun {
  readonly offset: number;
  readonly data: Uint8Array;
  readonly isRight: boolean;
}

export class Differential {
  readonly #card: BlockDevice;
  /** Offsets at which the card could not be read. */
  readonly #unreadable = new Set<number>();
  readonly #pool = new BufferPool(READS_IN_FLIGHT + 2 + KEPT, MAX_ENTRY_BYTES);
  readonly #signal: AbortSignal | undefined;
  #kept: ReadChunk[] = [];

  constructor(card: BlockDevice, signal: AbortSignal | undefined) {
    this.#card = noting(card, this.#unreadable);
    this.#signal = signal;
  }

  /**
   * Those of `entries` that the card holds already; to be called before anything of them is written. What cannot be read is
   * not held: a card often takes new data where it has lost the old. Throws DEVICE_GONE, INTERRUPTED.
   */
  async rightEntries(entries: readonly MapEntry[]): Promise<ReadonlySet<MapEntry>> {
    const right = new Set<MapEntry>();
    const expected = entries.values();
    const pool = this.#pool;
    for (const { buffer } of this.#kept.splice(0)) pool.release(buffer);
    for await (const chunk of readAhead({
      device: this.#card,
      chunks: entries,
      pool,
      depth: READS_IN_FLIGHT,
      signal: this.#signal,
    })) {
      // The chunks come in the order of the entries.
      const entry = expected.next().value;
      const isRead = !this.#unreadable.has(chunk.offset);
      const isRight = isRead && entry !== undefined && hashOf(chunk.data) === entry.sha256;
      if (isRight) right.add(entry);
      if (isRight || !isRead || this.#kept.length === KEPT) pool.release(chunk.buffer);
      else this.#kept.push(chunk);
    }
    return right;
  }

  /** Cuts a piece where right and wrong meet. Throws DEVICE_GONE. */
  async compare({ offset, data }: Piece): Promise<ComparedRun[]> {
    const kept = this.#kept.find((chunk) => chunk.offset === offset && chunk.bytes === data.length);
    if (kept) return runsOf(offset, data, kept.data);
    const buffer = await this.#pool.acquire();
    try {
      const onCard = buffer.subarray(0, data.length);
      await this.#card.read(onCard, offset);
      if (this.#unreadable.has(offset)) return [{ offset, data, isRight: false }];
      return runsOf(offset, data, onCard);
    } finally {
      this.#pool.release(buffer);
    }
  }
}

/** The card, but that a read that fails is noted by its offset; what is in the buffer then is nothing. */
function noting(card: BlockDevice, unreadable: Set<number>): BlockDevice {
  return {
    path: card.path,
    size: card.size,
    sectorSize: card.sectorSize,
    async read(into, offset) {
      try {
        await card.read(into, offset);
        unreadable.delete(offset);
      } catch (error) {
        if (!isPiKeepError(error, 'READ_FAILED')) throw error;
        unreadable.add(offset);
      }
    },
    close: () => card.close(),
  };
}

/** The map entry of data as it is, or has to be, on the card. */
export function entryOf({ offset, data }: { offset: number; data: Uint8Array }): MapEntry {
  return { offset, bytes: data.length, sha256: hashOf(data) };
}

function runsOf(offset: number, data: Uint8Array, onCard: Uint8Array): ComparedRun[] {
  const runs: ComparedRun[] = [];
  const isRightAt = (at: number): boolean =>
    Buffer.compare(data.subarray(at, at + STEP_BYTES), onCard.subarray(at, at + STEP_BYTES)) === 0;
  for (let start = 0; start < data.length; ) {
    const isRight = isRightAt(start);
    let end = start + STEP_BYTES;
    while (end < data.length && isRightAt(end) === isRight) end += STEP_BYTES;
    end = Math.min(end, data.length);
    runs.push({ offset: offset + start, data: data.subarray(start, end), isRight });
    start = end;
  }
  return runs;
}
