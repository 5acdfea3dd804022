/** Tells a card that reads nothing at all from one that only starts badly. */

import { allocateAligned } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import { MAP_ALIGNMENT, type Range, totalBytes } from './chunks.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import type { RescueBudget } from './rescue-budget.ts';

const SPOTS = 1000;
/** Has no divisor in common with SPOTS, so that the spots come in an order that is soon everywhere. */
const STRIDE = 617;

export interface DeadCardOptions {
  readonly device: BlockDevice;
  /** What a backup reads of the card; on multiples of 4096. */
  readonly ranges: readonly Range[];
  /** The time that looking takes counts. */
  readonly budget: RescueBudget;
  /** Milliseconds after which a card that gave nothing yet is given up. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * True as soon as one of a thousand places, spread evenly over the ranges, can be read; and for ranges of fewer blocks than
 * that, all of which are soon tried anyway.
 */
export async function readsAnywhere(options: DeadCardOptions): Promise<boolean> {
  const { device, ranges, budget, patienceMs, signal } = options;
  const total = totalBytes(ranges);
  if (total < SPOTS * MAP_ALIGNMENT) return true;
  const memory = allocateAligned(MAP_ALIGNMENT);
  const until = budget.spentMs + patienceMs;
  for (let count = 0; count < SPOTS && budget.spentMs < until; count++) {
    const spot = (count * STRIDE) % SPOTS;
    throwIfInterrupted(signal);
    const offset = placeAt(ranges, Math.floor((total / SPOTS) * spot));
    const data = memory.subarray(0, Math.min(MAP_ALIGNMENT, device.size - offset));
    try {
      await budget.attempt(() => device.read(data, offset));
      return true;
    } catch (error) {
      if (!isPiKeepError(error, 'READ_FAILED')) throw error;
    }
  }
  return false;
}

/** The block on the card that lies `at` bytes into all ranges together. */
function placeAt(ranges: readonly Range[], at: number): number {
  let left = at;
  for (const { offset, bytes } of ranges) {
    if (left < bytes) return Math.floor((offset + left) / MAP_ALIGNMENT) * MAP_ALIGNMENT;
    left -= bytes;
  }
  return ranges[0]?.offset ?? 0;
}
