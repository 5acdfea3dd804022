import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FULL_SHARE, PICTURE_CELLS, pictureOf, sliceStart } from '../../src/engine/card-picture.ts';
import { type Range, totalBytes } from '../../src/engine/chunks.ts';
import { intersect, toExtents } from '../../src/engine/extents.ts';

const card = fc
  .record({
    bytes: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 2 ** 42 })),
    cells: fc.constantFrom(1, 7, PICTURE_CELLS),
  })
  .chain(({ bytes, cells }) =>
    fc
      .array(fc.record({ offset: fc.nat(bytes - 1), bytes: fc.nat(bytes) }), { maxLength: 40 })
      .map((ranges) => ({
        bytes,
        cells,
        ranges: toExtents(
          ranges.map((range) => ({ ...range, bytes: Math.min(range.bytes, bytes - range.offset) })),
        ),
      })),
  );

/** Each slice by the definition, one after the other. */
function slices(bytes: number, cells: number, ranges: readonly Range[]) {
  return Array.from({ length: cells }, (_, cell) => {
    const offset = sliceStart(cell, bytes, cells);
    const slice = { offset, bytes: sliceStart(cell + 1, bytes, cells) - offset };
    return { bytes: slice.bytes, inside: totalBytes(intersect(ranges, [slice])) };
  });
}

describe('the picture of a card', () => {
  it('has a fixed number of cells, whatever is on the card', () => {
    expect(pictureOf([], 64e9)).toEqual(new Array(PICTURE_CELLS).fill(0));
    expect(pictureOf([{ offset: 0, bytes: 64e9 }], 64e9)).toEqual(
      new Array(PICTURE_CELLS).fill(FULL_SHARE),
    );
  });

  it('shows where on the card something is read', () => {
    const ranges = [
      { offset: 0, bytes: 150 },
      { offset: 399, bytes: 1 },
    ];
    expect(pictureOf(ranges, 400, 4)).toEqual([255, 128, 0, 3]);
  });

  it('adds up to what is read', () => {
    fc.assert(
      fc.property(card, ({ bytes, cells, ranges }) => {
        const sizes = slices(bytes, cells, ranges);
        const sum = pictureOf(ranges, bytes, cells).reduce(
          (total, share, cell) => total + (share / FULL_SHARE) * (sizes[cell]?.bytes ?? 0),
          0,
        );
        // Half a step of a cell by rounding, a whole one where almost nothing or almost everything is read.
        expect(Math.abs(sum - totalBytes(ranges))).toBeLessThanOrEqual(bytes / FULL_SHARE + 1);
      }),
    );
  });

  it('calls a slice empty or full only when it is', () => {
    fc.assert(
      fc.property(card, ({ bytes, cells, ranges }) => {
        const shares = pictureOf(ranges, bytes, cells);
        for (const [cell, { bytes: slice, inside }] of slices(bytes, cells, ranges).entries()) {
          const share = shares[cell];
          if (inside === 0) expect(share).toBe(0);
          else if (inside === slice) expect(share).toBe(FULL_SHARE);
          else expect(share).toSatisfy((one: number) => one > 0 && one < FULL_SHARE);
        }
      }),
    );
  });

  it('never shows less when more is read', () => {
    fc.assert(
      fc.property(card, fc.nat(), ({ bytes, cells, ranges }, at) => {
        const before = pictureOf(ranges, bytes, cells);
        const more = toExtents([...ranges, { offset: at % bytes, bytes: 1 }]);
        const after = pictureOf(more, bytes, cells);
        expect(after.every((share, cell) => share >= (before[cell] ?? 0))).toBe(true);
      }),
    );
  });
});
