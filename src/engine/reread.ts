/** Reads the mapped ranges of a card again, and hands over those that are not what they were. */

import { BufferPool } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { PiKeepError } from './errors.ts';
import type { MapEntry } from './image/map.ts';
import { hashOf } from './prove.ts';
import { readAhead } from './read-ahead.ts';

const READS_IN_FLIGHT = 3;

export interface RereadOptions {
  /** The card; at least as long as the map reaches. */
  readonly device: BlockDevice;
  readonly map: readonly MapEntry[];
  /** Bytes read since the last call. */
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** An entry of the map whose hash is not that of what lies there now. */
export interface ChangedEntry {
  readonly entry: MapEntry;
  /** What was read; valid until the receiver's promise settles. */
  readonly data: Uint8Array;
}

/**
 * Reads every entry of the map and waits for `onChanged` with each that has another hash, in ascending order. Throws
 * READ_FAILED, DEVICE_GONE, INTERRUPTED.
 */
export async function reread(
  options: RereadOptions,
  onChanged: (changed: ChangedEntry) => Promise<void>,
): Promise<void> {
  const { device, map, signal, onProgress } = options;
  const largest = map.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  const pool = new BufferPool(READS_IN_FLIGHT + 1, largest);
  const entries = map.values();
  const depth = READS_IN_FLIGHT;
  for await (const { buffer, data } of readAhead({ device, chunks: map, pool, depth, signal })) {
    // The chunks come in the order of the map.
    const entry = entries.next().value;
    try {
      if (entry && hashOf(data) !== entry.sha256) await onChanged({ entry, data });
    } finally {
      pool.release(buffer);
    }
    onProgress(data.length);
  }
}

/**
 * Resolves when a second reading of the card gives what the first one gave. Throws CARD_UNRELIABLE with the number of
 * differing ranges and the first of them, READ_FAILED, DEVICE_GONE, INTERRUPTED.
 */
export async function requireSameAgain(options: RereadOptions): Promise<void> {
  let first: MapEntry | null = null;
  let ranges = 0;
  let bytes = 0;
  await reread(options, async ({ entry }) => {
    first ??= entry;
    ranges++;
    bytes += entry.bytes;
  });
  if (first === null) return;
  const { offset }: MapEntry = first;
  throw new PiKeepError('CARD_UNRELIABLE', { path: options.device.path, offset, bytes, ranges });
}
