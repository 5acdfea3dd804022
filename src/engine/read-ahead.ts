/** Keeps several reads of a device in flight and hands their results over in order. */

import type { BufferPool } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import type { Range } from './chunks.ts';
import { isPiKeepError, type PiKeepError, throwIfInterrupted } from './errors.ts';

export interface ReadChunk extends Range {
  /** Belongs to the receiver, who gives `buffer` back to the pool. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  /** The part of `buffer` that was read. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Why nothing was; `data` is then anything. Null unless `keepsGoing`. */
  readonly failure: PiKeepError<'READ_FAILED'> | null;
}

/**
 * Reads `chunks` in order with up to `depth` requests in flight. The pool bounds memory: when its buffers are all with
 * the receiver, reading waits. Ending early (break, error, abort) waits for the reads in flight and frees their buffers.
 */
export async function* readAhead(options: {
  device: BlockDevice;
  chunks: Iterable<Range>;
  pool: BufferPool;
  depth: number;
  /** Hands over chunks that cannot be read (READ_FAILED), too, instead of ending with them. */
  keepsGoing?: boolean;
  signal?: AbortSignal | undefined;
}): AsyncGenerator<ReadChunk, void, void> {
  const { device, pool, depth, keepsGoing = false, signal } = options;
  const chunks = options.chunks[Symbol.iterator]();
  const inFlight: Promise<ReadChunk>[] = [];
  const start = (): boolean => {
    const next = chunks.next();
    if (next.done) return false;
    const reading = readOne(device, pool, next.value, keepsGoing);
    // Its failure is reported when its turn comes; until then it must not count as unhandled.
    reading.catch(() => undefined);
    inFlight.push(reading);
    return true;
  };
  try {
    while (inFlight.length < depth && start());
    for (let reading = inFlight.shift(); reading; reading = inFlight.shift()) {
      const chunk = await reading;
      if (signal?.aborted) {
        pool.release(chunk.buffer);
        throwIfInterrupted(signal);
      }
      start();
      yield chunk;
    }
  } finally {
    for (const outcome of await Promise.allSettled(inFlight)) {
      if (outcome.status === 'fulfilled') pool.release(outcome.value.buffer);
    }
  }
}

async function readOne(
  device: BlockDevice,
  pool: BufferPool,
  range: Range,
  keepsGoing: boolean,
): Promise<ReadChunk> {
  const buffer = await pool.acquire();
  const data = buffer.subarray(0, range.bytes);
  let failure: PiKeepError<'READ_FAILED'> | null = null;
  try {
    await device.read(data, range.offset);
  } catch (error) {
    if (!keepsGoing || !isPiKeepError(error, 'READ_FAILED')) {
      pool.release(buffer);
      throw error;
    }
    failure = error;
  }
  return { ...range, buffer, data, failure };
}
