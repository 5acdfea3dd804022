/** A large card that takes no memory and keeps its own time: for what a restore would take on a slow reader. */

import type { MapEntry } from '../../src/engine/image/map.ts';
import { zeroSha256 } from '../../src/engine/image/map.ts';
import type { RestoreSource } from '../../src/engine/image/restore-source.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';
import { isAllZero } from '../../src/engine/zeros.ts';
import { memorySource } from './memory-source.ts';

const CHUNK = 64 * 1024;
const MIB = 1024 * 1024;

/** Milliseconds. */
export interface Rates {
  readonly readMs: number;
  readonly writeMs: number;
  /** Of each request. */
  readonly requestMs: number;
}

/** What a card takes that reads and writes so many megabytes in a second. */
export function ratesOf(read: number, write: number, requestMs = 0.2): Rates {
  return { readMs: 1 / (read * 1000), writeMs: 1 / (write * 1000), requestMs };
}

/** Holds zeros, except for the chunks of 64 KiB of which `isWrong` says otherwise. */
export class TimedCard implements WritableDevice {
  readonly path = 'card';
  readonly sectorSize = 512;
  readonly size: number;
  readonly #rates: Rates;
  /** Chunks that do not hold zeros. */
  readonly #chunks = new Map<number, Uint8Array>();
  milliseconds = 0;
  readBytes = 0;
  writtenBytes = 0;

  constructor(size: number, rates: Rates, isWrong: (offset: number) => boolean) {
    this.size = size;
    this.#rates = rates;
    const wrong = new Uint8Array(CHUNK).fill(0xa5);
    for (let at = 0; at < size; at += CHUNK) if (isWrong(at)) this.#chunks.set(at, wrong);
  }

  readonly monotonic = (): number => this.milliseconds;

  async read(into: Uint8Array, offset: number): Promise<void> {
    this.milliseconds += this.#rates.requestMs + into.length * this.#rates.readMs;
    this.readBytes += into.length;
    for (const { chunk, start, at, bytes } of pieces(offset, into.length)) {
      const data = this.#chunks.get(chunk);
      if (data) into.set(data.subarray(start, start + bytes), at);
      else into.fill(0, at, at + bytes);
    }
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    this.milliseconds += this.#rates.requestMs + data.length * this.#rates.writeMs;
    this.writtenBytes += data.length;
    for (const { chunk, start, at, bytes } of pieces(offset, data.length)) {
      const kept = this.#chunks.get(chunk);
      const piece = data.subarray(at, at + bytes);
      if (isAllZero(piece) && (kept === undefined || bytes === CHUNK)) {
        this.#chunks.delete(chunk);
        continue;
      }
      const changed = kept?.slice() ?? new Uint8Array(CHUNK);
      changed.set(piece, start);
      if (isAllZero(changed)) this.#chunks.delete(chunk);
      else this.#chunks.set(chunk, changed);
    }
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  finishWriting(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get isAllRight(): boolean {
    return this.#chunks.size === 0;
  }
}

/** An image of zeros, all of which are used: entries of `entryBytes`, unpacked at no cost. */
export function zeroSource(bytes: number, entryBytes = 4 * MIB, isSeekable = true): RestoreSource {
  const map: MapEntry[] = [];
  for (let offset = 0; offset < bytes; offset += entryBytes) {
    const length = Math.min(entryBytes, bytes - offset);
    map.push({ offset, bytes: length, sha256: zeroSha256(length) });
  }
  const source = memorySource(new Uint8Array(0), map, { isSeekable });
  return {
    ...source,
    bytes,
    view: { ...source.view, size: bytes, read: async (into) => void into.fill(0) },
    async *read(entries, { pool }) {
      for (const entry of entries) {
        const buffer = await pool.acquire();
        const data = buffer.subarray(0, entry.bytes).fill(0);
        yield { offset: entry.offset, bytes: entry.bytes, buffer, data, failure: null };
      }
    },
  };
}

function* pieces(
  offset: number,
  bytes: number,
): Generator<{ chunk: number; start: number; at: number; bytes: number }> {
  for (let at = 0; at < bytes; ) {
    const start = (offset + at) % CHUNK;
    const length = Math.min(CHUNK - start, bytes - at);
    yield { chunk: offset + at - start, start, at, bytes: length };
    at += length;
  }
}
