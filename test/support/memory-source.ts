/** An image in memory as a restore sees it. */

import { PiKeepError, throwIfInterrupted } from '../../src/engine/errors.ts';
import { type MapEntry, sha256 } from '../../src/engine/image/map.ts';
import type { RestoreSource } from '../../src/engine/image/restore-source.ts';
import type { ReadChunk } from '../../src/engine/read-ahead.ts';
import { memoryDevice } from './memory-device.ts';

export interface MemorySource extends RestoreSource {
  /** Entries handed out so far. */
  readonly handedOut: readonly MapEntry[];
  /** Buffers that were taken from a pool; for telling whether all came back. */
  readonly taken: number;
}

export interface MemorySourceOptions {
  readonly isSeekable?: boolean;
  /** The entry at this offset turns out to be damaged. */
  readonly damagedAt?: number;
  readonly onEntry?: (entry: MapEntry) => void;
}

/** Offset and length of each entry become a map with the hashes of `content`. */
export function mapOf(
  content: Uint8Array,
  ranges: readonly (readonly [number, number])[],
): MapEntry[] {
  return ranges.map(([offset, bytes]) => ({
    offset,
    bytes,
    sha256: sha256(content.subarray(offset, offset + bytes)),
  }));
}

export function memorySource(
  content: Uint8Array,
  map: readonly MapEntry[],
  options: MemorySourceOptions = {},
): MemorySource {
  const handedOut: MapEntry[] = [];
  const isSeekable = options.isSeekable ?? true;
  let taken = 0;
  return {
    path: 'octopi.img',
    bytes: content.length,
    isComplete: true,
    mapOrigin: 'manifest',
    manifest: null,
    map,
    view: memoryDevice(content),
    isSeekable,
    handedOut,
    get taken() {
      return taken;
    },
    async *read(entries, { pool, signal }) {
      for (const entry of entries) {
        throwIfInterrupted(signal);
        const buffer = await pool.acquire();
        taken++;
        if (entry.offset === options.damagedAt) {
          pool.release(buffer);
          throw new PiKeepError('IMAGE_DAMAGED', { path: 'octopi.img', detail: 'test' });
        }
        const { offset, bytes } = entry;
        const data = buffer.subarray(0, bytes);
        data.set(content.subarray(offset, offset + bytes));
        handedOut.push(entry);
        options.onEntry?.(entry);
        yield { offset, bytes, buffer, data, failure: null } satisfies ReadChunk;
      }
    },
    close: () => Promise.resolve(),
  };
}
