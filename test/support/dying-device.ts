/** A card in memory with sectors that never read, and sectors that fail some times before they read. */

import { createCipheriv } from 'node:crypto';
import type { BlockDevice } from '../../src/engine/block-device.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import type { RescuePorts } from '../../src/engine/rescue-budget.ts';
import { memoryDevice } from './memory-device.ts';

export interface DyingDevice extends BlockDevice {
  /** Reads that came in, those that failed included. */
  readonly reads: { offset: number; bytes: number; failed: boolean }[];
}

export interface DyingOptions {
  readonly sectorSize?: number;
  /** How often each of these sectors fails before it reads; Infinity: always. By number of the sector. */
  readonly failing: Map<number, number>;
  /** Called before each read. */
  readonly before?: (offset: number, bytes: number) => void;
}

/** `below` is what the card holds, or the device that reads it. */
export function dyingDevice(below: Uint8Array | BlockDevice, options: DyingOptions): DyingDevice {
  const { sectorSize = 512, failing } = options;
  const inner = below instanceof Uint8Array ? memoryDevice(below, { sectorSize }) : below;
  const reads: { offset: number; bytes: number; failed: boolean }[] = [];
  return {
    path: inner.path,
    size: inner.size,
    sectorSize,
    reads,
    async read(into, offset) {
      const bytes = into.length;
      options.before?.(offset, bytes);
      const read = { offset, bytes, failed: false };
      reads.push(read);
      const end = Math.ceil((offset + bytes) / sectorSize);
      for (let sector = Math.floor(offset / sectorSize); sector < end; sector++) {
        const times = failing.get(sector) ?? 0;
        if (times > 0) read.failed = true;
        if (times > 0) failing.set(sector, times - 1);
      }
      if (read.failed) {
        // What a system leaves behind in memory when it fails is anything.
        into.fill(0xee);
        throw new PiKeepError('READ_FAILED', { path: inner.path, offset, bytes, errno: 'EIO' });
      }
      await inner.read(into, offset);
    },
    close: () => inner.close(),
  };
}

/** Noise everywhere, and no sector that is zero by chance. */
export function noise(bytes: number): Uint8Array<ArrayBuffer> {
  const stream = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  return new Uint8Array(stream.update(new Uint8Array(bytes)));
}

export function sectorsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Sectors that never read. */
export function badSectors(sectors: Iterable<number>): Map<number, number> {
  return new Map([...sectors].map((sector) => [sector, Number.POSITIVE_INFINITY]));
}

/** A clock that only pauses and the test move. */
export function testClock(): RescuePorts & { tick(ms: number): void; readonly pauses: number[] } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    tick(ms) {
      now += ms;
    },
    async pause(ms) {
      pauses.push(ms);
      now += ms;
    },
  };
}
