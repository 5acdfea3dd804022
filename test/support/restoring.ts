/** Restores in memory, and the simple model of what a card holds afterwards. */

import { MAP_ALIGNMENT } from '../../src/engine/chunks.ts';
import type { MapEntry } from '../../src/engine/image/map.ts';
import type { RestoreSource } from '../../src/engine/image/restore-source.ts';
import { type RestoreOptions, type RestoreStep, restoreCard } from '../../src/engine/restore.ts';
import type { Patch } from '../../src/engine/restore-plan.ts';
import { makeMarker, type SavedBlock } from '../../src/engine/unfinished.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';

export const marker = makeMarker({ id: 'test-1', image: 'octopi.img' });

export interface Restoring extends Partial<RestoreOptions> {
  readonly target: WritableDevice;
  readonly source: RestoreSource;
  readonly patches?: readonly Patch[];
}

/** Restores all of an image; returns the outcome with everything that was told on the way. */
export async function restoring(options: Restoring) {
  const steps: RestoreStep[] = [];
  const saved: SavedBlock[] = [];
  const { target, source, patches = [] } = options;
  const entries = source.map.filter(({ offset }) => offset < target.size);
  const outcome = await restoreCard({
    marker,
    mode: 'full',
    plan: { entries, patches },
    async onSaved(blocks) {
      saved.push(...blocks);
    },
    onWriting: () => Promise.resolve(),
    onWritten: () => Promise.resolve(),
    onProgress: (step) => {
      steps.push(step);
    },
    monotonic: () => performance.now(),
    ...options,
  });
  return { outcome, steps, saved };
}

/** What a card has to hold: blocks that anything touches become zeros, then the image, then the patches. */
export function model(facts: {
  readonly old: Uint8Array;
  readonly image: Uint8Array;
  readonly map: readonly MapEntry[];
  readonly patches?: readonly Patch[];
  /** Ranges of which nothing old may survive. */
  readonly cleared?: readonly { offset: number; bytes: number }[];
}): Uint8Array {
  const { old, image, map, patches = [], cleared = [] } = facts;
  const card = old.slice();
  const touched = [
    ...map,
    ...patches.map(({ offset, data }) => ({ offset, bytes: data.length })),
    ...cleared,
    { offset: 0, bytes: MAP_ALIGNMENT },
    { offset: card.length - MAP_ALIGNMENT, bytes: MAP_ALIGNMENT },
  ];
  for (const { offset, bytes } of touched) {
    const start = Math.floor(offset / MAP_ALIGNMENT) * MAP_ALIGNMENT;
    card.fill(0, start, Math.ceil((offset + bytes) / MAP_ALIGNMENT) * MAP_ALIGNMENT);
  }
  for (const { offset, bytes } of map) {
    const end = Math.min(offset + bytes, card.length);
    if (end > offset) card.set(image.subarray(offset, end), offset);
  }
  for (const { offset, data } of patches) card.set(data, offset);
  return card;
}

/** Bytes that repeat nowhere near. */
export function noise(bytes: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < words.length; at++) {
    // xorshift32 (Marsaglia, 2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}
