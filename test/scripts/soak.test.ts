import { describe, expect, it } from 'vitest';
import {
  leastSquares,
  type Sample,
  stayedWords,
  strayWords,
  trends,
  verdictOf,
} from '../../scripts/soak/figures.ts';

const MIB = 1024 * 1024;

/** Two hours, a sample every half minute; `change` makes each of them. */
function samples(change: (minute: number, index: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 240 }, (_, index) => ({
    ...{ minute: index / 2, cycles: index, strays: { temp: 0 }, kept: 0, rss: 100 * MIB },
    ...{
      anonymous: 90 * MIB,
      heap: 40 * MIB,
      compiled: MIB,
      descriptors: 28,
      descriptorKinds: {},
      children: 0,
    },
    resources: { Timeout: 30 },
    ...change(index / 2, index),
  }));
}

const growing = (all: readonly Sample[]): string[] =>
  trends(all, 10)
    .filter(({ grows }) => grows)
    .map(({ figure }) => figure);

describe('the figures of a soak', () => {
  it('find the slope of a line, and how sure it is', () => {
    const line = [0, 1, 2, 3].map((hour) => ({ hour, value: 5 + 2 * hour }));
    expect(leastSquares(line)).toEqual({ slope: 2, error: 0 });
    // By hand: slope 1.4, residual sum of squares 0.2 over 2 degrees of freedom, 5 across.
    const noisy = [1, 2, 4, 5].map((value, hour) => ({ hour, value }));
    const { slope, error } = leastSquares(noisy);
    expect(slope).toBeCloseTo(1.4);
    expect(error).toBeCloseTo(Math.sqrt(0.1 / 5));
  });

  it('call noise flat, and what grows while it warms up', () => {
    const noise = samples((minute, index) => ({
      anonymous: (100 + (index % 7) + Math.min(minute, 10)) * MIB,
      heap: 40 * MIB + ((index * 37) % 100) * 1000,
    }));
    expect(growing(noise)).toEqual([]);
  });

  it('say nothing of a soak that is too short for a slope and how sure it is', () => {
    const few = samples(() => ({})).slice(0, 24);
    for (const end of [0, 21, 22]) {
      expect(verdictOf(trends(few.slice(0, end), 10)), `${end}`).toBe('too short to tell');
    }
    expect(verdictOf(trends(few.slice(0, 23), 10))).toBe('flat');
  });

  it('find a leak of 64 KiB a minute of the heap under noise, and one descriptor in 20 minutes', () => {
    const leak = samples((minute, index) => ({
      heap: 40 * MIB + ((index * 37) % 100) * 1000 + minute * 64 * 1024,
      descriptors: 28 + Math.floor(minute / 20),
    }));
    expect(growing(leak)).toEqual(['heap', 'descriptors']);
  });

  it('name processes that stay, not one on its way out', () => {
    const leaving = samples((_, index) => ({ children: index % 40 === 7 ? 1 : 0 }));
    expect(stayedWords(leaving)).toEqual([]);
    const staying = samples((_, index) => ({ children: index === 7 || index === 8 ? 2 : 0 }));
    expect(stayedWords(staying)).toEqual(['2 processes stayed while no card was there']);
  });

  it('name files that lie where none should', () => {
    const clean = samples(() => ({}));
    expect(strayWords(clean)).toEqual([]);
    const dirty = samples((_, index) => ({ strays: { temp: index === 7 ? 3 : 0, library: 0 } }));
    expect(strayWords(dirty)).toEqual(['up to 3 files in temp']);
  });
});
