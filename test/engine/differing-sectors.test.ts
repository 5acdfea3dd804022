import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DifferingSectors } from '../../src/engine/differing-sectors.ts';

const SECTOR = 512;

describe('differing sectors', () => {
  it('are exactly those that differ, as joined ranges', () => {
    const sector = fc.nat({ max: 63 });
    fc.assert(
      fc.property(fc.uniqueArray(sector), fc.nat({ max: 5 }), (changed, start) => {
        const offset = start * 4096;
        const left = new Uint8Array(64 * SECTOR);
        const right = left.slice();
        for (const index of changed) right[index * SECTOR + (index % SECTOR)] = 1;
        const found = new DifferingSectors();
        found.compare(left, right, offset);
        const sectors = found.ranges.flatMap((range) =>
          Array.from(
            { length: range.bytes / SECTOR },
            (_, step) => (range.offset - offset) / SECTOR + step,
          ),
        );
        expect(sectors).toEqual(changed.toSorted((one, other) => one - other));
        expect(found.bytes).toBe(changed.length * SECTOR);
        expect(found.complete).toBe(true);
        for (const [index, range] of found.ranges.entries()) {
          const next = found.ranges[index + 1];
          if (next) expect(next.offset).toBeGreaterThan(range.offset + range.bytes);
        }
      }),
    );
  });

  it('join from one piece to the next', () => {
    const found = new DifferingSectors();
    found.compare(new Uint8Array(4096), new Uint8Array(4096).fill(1), 0);
    found.compare(new Uint8Array(4096), new Uint8Array(4096).fill(1), 4096);
    expect(found.ranges).toEqual([{ offset: 0, bytes: 8192 }]);
  });

  it('are counted, but no longer kept, when there are too many', () => {
    const found = new DifferingSectors(2);
    const right = new Uint8Array(4096);
    for (const at of [0, 1024, 2048, 3072]) right[at] = 1;
    found.compare(new Uint8Array(4096), right, 0);
    expect(found.ranges).toHaveLength(2);
    expect(found.bytes).toBe(4 * SECTOR);
    expect(found.complete).toBe(false);
  });
});
