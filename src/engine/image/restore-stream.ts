/** An image that can only be unpacked from its beginning, as the source of a restore. */

import type { BufferPool } from '../aligned-memory.ts';
import type { BlockDevice } from '../block-device.ts';
import { MalformedBytes } from '../bytes.ts';
import { countingDevice } from '../counting-device.ts';
import { PiKeepError } from '../errors.ts';
import { hashOf } from '../prove.ts';
import type { ReadChunk } from '../read-ahead.ts';
import { damaged } from './damaged.ts';
import type { MapEntry } from './map.ts';
import { differs } from './restore-hashes.ts';
import type { MapPlan } from './restore-map.ts';
import { scanStream } from './restore-scan.ts';
import type { RestoreSource } from './restore-source.ts';
import type { PackedForm, Unpacker } from './unpacker.ts';

export interface StreamOptions {
  /** Belongs to the source from now on, also when opening it fails. */
  readonly file: BlockDevice;
  readonly form: PackedForm;
  readonly unpacker: Unpacker;
  readonly plan: MapPlan;
  readonly limitBytes: number;
  /** Bytes of the packed file, and how many of them were unpacked since the last call. */
  readonly onTotal: (bytes: number) => void;
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Unpacks it once, keeping nothing but a map and a few parts. Throws as `openRestoreSource`. */
export async function openStream(options: StreamOptions): Promise<RestoreSource> {
  const { file, form, unpacker, plan, limitBytes, signal } = options;
  const { path } = file;
  try {
    options.onTotal(file.size);
    const statedBytes = await unpacker.statedBytes(file, form);
    const pieces = unpacker.unpack(countingDevice(file, options.onProgress), form, signal);
    const scanned = await scanStream(pieces, { path, plan, statedBytes, limitBytes });
    return {
      path,
      ...scanned,
      mapOrigin: plan.origin,
      manifest: null,
      isSeekable: false,
      read(entries, { pool, depth, signal: stop }) {
        if (!scanned.isComplete)
          throw new PiKeepError('INTERNAL', { detail: `${path} has no map` });
        const again = unpacker.unpack(file, form, stop);
        return ahead(readEntries(path, again, entries, pool), pool, depth);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw damaged(error, path);
  }
}

async function* readEntries(
  path: string,
  pieces: AsyncGenerator<Uint8Array, void, void>,
  entries: readonly MapEntry[],
  pool: BufferPool,
): AsyncGenerator<ReadChunk, void, void> {
  const wanted = entries.values();
  let entry = wanted.next().value;
  if (!entry) return;
  let buffer: Uint8Array<ArrayBuffer> | null = null;
  let position = 0;
  try {
    for await (const piece of pieces) {
      const end = position + piece.length;
      while (entry && entry.offset < end) {
        buffer ??= await pool.acquire();
        const from = Math.max(entry.offset, position);
        const to = Math.min(entry.offset + entry.bytes, end);
        buffer.set(piece.subarray(from - position, to - position), from - entry.offset);
        if (to < entry.offset + entry.bytes) break;
        const data = buffer.subarray(0, entry.bytes);
        if (hashOf(data) !== entry.sha256) throw differs(entry.offset);
        const full = buffer;
        buffer = null;
        yield { offset: entry.offset, bytes: entry.bytes, buffer: full, data, failure: null };
        entry = wanted.next().value;
      }
      if (!entry) return;
      position = end;
    }
    throw new MalformedBytes(`it ends at ${position} now`);
  } catch (error) {
    throw damaged(error, path);
  } finally {
    if (buffer) pool.release(buffer);
  }
}

/** Asks for up to `depth` chunks before they are wanted, so that unpacking goes on while what came before is written. */
async function* ahead(
  chunks: AsyncGenerator<ReadChunk, void, void>,
  pool: BufferPool,
  depth: number,
): AsyncGenerator<ReadChunk, void, void> {
  const asked: Promise<IteratorResult<ReadChunk, void>>[] = [];
  const ask = (): void => {
    const next = chunks.next();
    // Its failure is reported when its turn comes.
    next.catch(() => undefined);
    asked.push(next);
  };
  try {
    while (asked.length < depth) ask();
    for (let next = asked.shift(); next; next = asked.shift()) {
      const result = await next;
      if (result.done) return;
      ask();
      yield result.value;
    }
  } finally {
    const [results] = await Promise.all([Promise.allSettled(asked), chunks.return()]);
    for (const result of results) {
      if (result.status === 'fulfilled' && !result.value.done) {
        pool.release(result.value.value.buffer);
      }
    }
  }
}
