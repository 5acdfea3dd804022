/** An image that can be read from anywhere, as the source of a restore. */

import { BufferPool } from '../aligned-memory.ts';
import type { BlockDevice } from '../block-device.ts';
import { totalBytes } from '../chunks.ts';
import { hashOf } from '../prove.ts';
import { readAhead } from '../read-ahead.ts';
import { damaged } from './damaged.ts';
import type { Manifest } from './manifest.ts';
import type { MapEntry } from './map.ts';
import { differs, RangeHashes } from './restore-hashes.ts';
import { type EndingPlan, largestEntry } from './restore-map.ts';
import { requireSize } from './restore-scan.ts';
import type { RestoreSource } from './restore-source.ts';

const READS_IN_FLIGHT = 3;

export interface SeekableOptions {
  /** The image as the card that it holds; belongs to the source from now on, also when opening it fails. */
  readonly device: BlockDevice;
  readonly plan: EndingPlan;
  readonly manifest: Manifest | null;
  /** Bytes that are compared, and how many of them were since the last call. */
  readonly onTotal: (bytes: number) => void;
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Reads all of its map once and compares hashes. Throws as `openRestoreSource`. */
export async function openSeekable(options: SeekableOptions): Promise<RestoreSource> {
  const { device, plan, manifest } = options;
  const { path } = device;
  try {
    requireSize(device.size, plan);
    options.onTotal(totalBytes(plan.entries));
    const map = await checkedMap(options);
    return {
      path,
      bytes: device.size,
      isComplete: true,
      mapOrigin: plan.origin,
      manifest,
      map,
      view: device,
      isSeekable: true,
      async *read(entries, { pool, depth, signal }) {
        const expected = entries.values();
        for await (const chunk of readAhead({ device, chunks: entries, pool, depth, signal })) {
          if (hashOf(chunk.data) !== expected.next().value?.sha256) {
            pool.release(chunk.buffer);
            throw damaged(differs(chunk.offset), path);
          }
          yield chunk;
        }
      },
      close: () => device.close(),
    };
  } catch (error) {
    await device.close();
    throw damaged(error, path);
  }
}

async function checkedMap(options: SeekableOptions): Promise<readonly MapEntry[]> {
  const { device, plan, signal } = options;
  const { entries } = plan;
  const ranges = new RangeHashes(plan.ranges);
  const pool = new BufferPool(READS_IN_FLIGHT + 1, largestEntry(entries));
  const planned = entries.values();
  const map: MapEntry[] = [];
  const depth = READS_IN_FLIGHT;
  for await (const chunk of readAhead({ device, chunks: entries, pool, depth, signal })) {
    const { offset, bytes, buffer, data } = chunk;
    try {
      const sha256 = hashOf(data);
      const expected = planned.next().value?.sha256 ?? sha256;
      if (sha256 !== expected) throw differs(offset);
      ranges.take(offset, data);
      map.push({ offset, bytes, sha256 });
    } finally {
      pool.release(buffer);
    }
    options.onProgress(bytes);
  }
  return map;
}
