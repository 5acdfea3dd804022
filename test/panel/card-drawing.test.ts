import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copiedParts, draw, ownersOf } from '../../src/panel/card/card-drawing.ts';
import { manySystems, part, piOs, plan } from './plans.ts';

const cells = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 300 });
const portion = fc.double({ min: 0, max: 1, noNaN: true });
const total = (shares: readonly number[], parts: readonly number[]): number =>
  shares.reduce((sum, share, cell) => sum + share * (parts[cell] ?? 0), 0);

describe('how far a card has been copied', () => {
  it('is as much of the cells as has been copied of the bytes', () => {
    fc.assert(
      fc.property(cells, portion, (shares, copied) => {
        const all = shares.reduce((sum, share) => sum + share, 0);
        expect(total(shares, copiedParts(shares, copied))).toBeCloseTo(all * copied, 6);
      }),
    );
  });

  it('has one front: everything before it is copied, nothing behind it is', () => {
    fc.assert(
      fc.property(cells, portion, (shares, copied) => {
        const parts = copiedParts(shares, copied).filter((_, cell) => shares[cell] !== 0);
        const front = parts.findIndex((one) => one < 1);
        if (front === -1) return;
        expect(parts.slice(front + 1).every((one) => one === 0)).toBe(true);
      }),
    );
  });

  it('never goes back', () => {
    fc.assert(
      fc.property(cells, portion, portion, (shares, one, other) => {
        const before = copiedParts(shares, Math.min(one, other));
        const after = copiedParts(shares, Math.max(one, other));
        expect(after.every((copied, cell) => copied >= (before[cell] ?? 0))).toBe(true);
      }),
    );
  });

  it('is nothing at the beginning, everything at the end, and never more', () => {
    expect(copiedParts([0, 10, 255], 0)).toEqual([0, 0, 0]);
    expect(copiedParts([0, 10, 255], 1)).toEqual([0, 1, 1]);
    expect(copiedParts([0, 10, 255], 7)).toEqual([0, 1, 1]);
    expect(copiedParts([0, 0], 0.5)).toEqual([0, 0]);
  });
});

describe('the drawing of a card', () => {
  it('gives each cell to the partition that has most of it', () => {
    const parts = [part(1, 0, 90, {}), part(2, 90, 250, {}), part(5, 341, 9, {})];
    const card = { ...plan(400, parts, []), cells: [0, 0, 0, 0] };
    expect(ownersOf(card)).toEqual([0, 1, 1, 1]);
    expect(ownersOf({ ...card, partitions: [] })).toEqual([null, null, null, null]);
  });

  it('has a region for every partition that can be seen, and all of them within the card', () => {
    for (const card of [piOs(32e9), manySystems(32e9)]) {
      const { parts, width, height, outside, free } = draw(card, 0.5);
      expect(parts).toHaveLength(card.partitions.length);
      for (const { region, wanted, copied } of [...parts, outside]) {
        for (const path of [region, wanted, copied, free]) {
          for (const [, x, y] of path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)) {
            expect(Number(x)).toBeLessThan(width);
            expect(Number(y)).toBeLessThan(height);
          }
        }
      }
      expect(parts.every(({ region }) => region !== '')).toBe(true);
    }
  });

  it('shows a square for every cell with something to read, and a dot for every other', () => {
    const card = manySystems(32e9);
    const { parts, outside, free } = draw(card, 1);
    const squares = [...parts, outside].map(({ wanted }) => wanted).join('');
    const used = card.cells.filter((share) => share > 0).length;
    expect(squares.match(/M/g)).toHaveLength(used);
    expect(free.match(/M/g)).toHaveLength(card.cells.length - used);
    expect([...parts, outside].map(({ copied }) => copied).join('')).toBe(squares);
    expect(
      draw(card, 0)
        .parts.map(({ copied }) => copied)
        .join(''),
    ).toBe('');
  });
});
