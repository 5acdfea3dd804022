import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatPercent,
  formatPortion,
  formatRate,
} from '../../src/engine/format.ts';

describe('sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [999_499, '999 kB'],
    [999_960, '1 MB'],
    [6_100_000_000, '6.1 GB'],
    [31_914_983_424, '31.9 GB'],
    [999_960_000_000, '1 TB'],
    [2 ** 53, '9 PB'],
  ])('%d bytes read "%s"', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [6_100_000_000, 64_000_000_000, '6.1 of 64 GB'],
    [82_800_000, 64_000_000_000, '82.8 MB of 64 GB'],
    [0, 512, '0 of 512 bytes'],
    [1, 512, '1 byte of 512 bytes'],
  ])('%d of %d bytes read "%s"', (part, whole, text) => {
    expect(formatPortion(part, whole)).toBe(text);
  });

  it('what is no size says so instead of showing NaN', () => {
    for (const wrong of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(formatBytes(wrong)).toBe('an unknown size');
      expect(formatRate(wrong)).toBe('an unknown speed');
      expect(formatDuration(wrong)).toBe('an unknown time');
    }
  });

  it('never shows four digits before the unit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e15 - 1 }), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^\d{1,3}(\.\d)? (bytes?|kB|MB|GB|TB|PB)$/);
      }),
    );
  });
});

describe('rates', () => {
  it('name their unit per second', () => {
    expect(formatRate(90_800_000)).toBe('90.8 MB/s');
    expect(formatRate(12)).toBe('12 bytes/s');
  });
});

describe('durations', () => {
  it.each([
    [0, 'less than 1 s'],
    [0.4, 'less than 1 s'],
    [1, '1 s'],
    [59.6, '1 min'],
    [70, '1 min 10 s'],
    [3599.7, '1 h'],
    [7500, '2 h 5 min'],
    [360_000, '100 h'],
  ])('%d seconds read "%s"', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('never show 60 of a smaller unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (seconds) => {
        expect(formatDuration(seconds)).not.toMatch(/\b60 (s|min)\b/);
      }),
    );
  });
});

describe('percentages', () => {
  it('reach 100% only when all is there', () => {
    expect(formatPercent(999, 1000)).toBe('99%');
    expect(formatPercent(1000, 1000)).toBe('100%');
    expect(formatPercent(2000, 1000)).toBe('100%');
  });

  it('of nothing are 0%', () => {
    expect(formatPercent(0, 0)).toBe('0%');
    expect(formatPercent(Number.NaN, 10)).toBe('0%');
  });
});
