import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toExtents } from '../../src/engine/extents.ts';
import { RunCollector } from '../../src/engine/run-collector.ts';

describe('runs of blocks', () => {
  /** Gap and length of each run, one behind the other. */
  const runs = fc.array(fc.tuple(fc.nat(20), fc.nat(9)), { maxLength: 60 }).map((steps) => {
    let at = 0;
    return steps.map(([gap, length]) => {
      const start = at + gap;
      at = start + length;
      return { offset: start, bytes: length };
    });
  });

  it('become joined ranges of bytes', () => {
    fc.assert(
      fc.property(runs, (list) => {
        const collector = new RunCollector();
        for (const { offset, bytes } of list) collector.add(offset, offset + bytes);
        expect(collector.ranges(1)).toEqual(toExtents(list));
        expect(collector.coarse).toBe(false);
        expect(collector.blocks).toBe(list.reduce((sum, { bytes }) => sum + bytes, 0));
      }),
    );
  });

  it('stay within the room there is, and then cover more, never less', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 4, max: 12 }), (list, room) => {
        const collector = new RunCollector(room);
        for (const { offset, bytes } of list) collector.add(offset, offset + bytes);
        const ranges = collector.ranges(1);
        expect(ranges.length).toBeLessThanOrEqual(room);
        expect(toExtents(ranges)).toEqual(ranges);
        for (const { offset, bytes } of list) {
          if (bytes > 0) expect(collector.has(offset, offset + bytes)).toBe(true);
        }
        if (toExtents(list).length <= room) expect(ranges).toEqual(toExtents(list));
      }),
    );
  });
});
