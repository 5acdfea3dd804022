/** What the samples of a soak come to: does anything grow? Pure. */

import type { Measure } from './probe.ts';

export interface Sample extends Measure {
  /** Minutes since the start. */
  readonly minute: number;
  readonly cycles: number;
  /** Files where none should be, by folder. */
  readonly strays: Readonly<Record<string, number>>;
  /** Bytes of records, settings and caches. */
  readonly kept: number;
}

export interface Trend {
  readonly figure: string;
  readonly samples: number;
  readonly first: number;
  readonly last: number;
  readonly least: number;
  readonly most: number;
  /** Per hour, by least squares; and what it can be off by, twice its standard error. */
  readonly perHour: number;
  readonly spread: number;
  /** What it may grow in an hour. */
  readonly limit: number;
  readonly grows: boolean;
}

const MIB = 1024 * 1024;
/**
 * What still counts as flat, per hour: a small part of what one backup uses. A few timers run for minutes after each card, so
 * their number follows the pace; one left behind by every card would be hundreds an hour.
 */
const limits = { anonymous: 6 * MIB, heap: MIB / 2, descriptors: 1, resources: 12 } as const;
type Figure = keyof typeof limits;

/** `warmUp` minutes are left out: code is compiled and caches fill. */
export function trends(samples: readonly Sample[], warmUp: number): Trend[] {
  const warm = samples.filter(({ minute }) => minute >= warmUp);
  const names: Figure[] = ['anonymous', 'heap', 'descriptors', 'resources'];
  return names.map((figure) => trend(figure, warm));
}

/** Grows: surely, and by more than may be. Too few samples say nothing for sure. */
function trend(figure: Figure, samples: readonly Sample[]): Trend {
  const points = samples.map((sample) => ({ hour: sample.minute / 60, value: of(sample, figure) }));
  const values = points.map(({ value }) => value);
  const { slope, error } = leastSquares(points);
  const limit = limits[figure];
  return {
    figure,
    samples: points.length,
    first: values[0] ?? Number.NaN,
    last: values.at(-1) ?? Number.NaN,
    least: Math.min(...values),
    most: Math.max(...values),
    perHour: slope,
    spread: 2 * error,
    limit,
    grows: slope - 2 * error > limit,
  };
}

/** What nothing was found to speak against: flat, unless there are too few samples for a slope and how sure it is. */
export function verdictOf(lines: readonly Trend[]): 'flat' | 'too short to tell' {
  return lines.every(isTold) ? 'flat' : 'too short to tell';
}

/** There were samples enough for it. */
export function isTold({ perHour, spread }: Trend): boolean {
  return Number.isFinite(perHour + spread);
}

function of(sample: Sample, figure: Figure): number {
  const value = sample[figure];
  return typeof value === 'number' ? value : Object.values(value).reduce((a, b) => a + b, 0);
}

/** The line through the points, and the standard error of its slope. */
export function leastSquares(points: readonly { hour: number; value: number }[]): {
  slope: number;
  error: number;
} {
  const count = points.length;
  const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / count;
  const hour = mean(points.map((point) => point.hour));
  const value = mean(points.map((point) => point.value));
  const sum = (of: (point: { hour: number; value: number }) => number): number =>
    points.reduce((total, point) => total + of(point), 0);
  const across = sum((point) => (point.hour - hour) ** 2);
  const slope = sum((point) => (point.hour - hour) * (point.value - value)) / across;
  const left = sum((point) => (point.value - value - slope * (point.hour - hour)) ** 2);
  return { slope, error: count > 2 ? Math.sqrt(left / (count - 2) / across) : Number.NaN };
}

/**
 * Processes that stayed while no card was there: in two samples running, half a minute apart. One alone is a worker on its way
 * out, which takes seconds on a busy machine.
 */
export function stayedWords(samples: readonly Sample[]): string[] {
  const stayed = samples.map(({ children }, at) =>
    Math.min(children, samples[at - 1]?.children ?? 0),
  );
  const most = Math.max(0, ...stayed);
  return most === 0 ? [] : [`${most} processes stayed while no card was there`];
}

/** What was found where nothing should be, in any sample: sentences. */
export function strayWords(samples: readonly Sample[]): string[] {
  const places = [...new Set(samples.flatMap(({ strays }) => Object.keys(strays)))];
  return places.flatMap((place) => {
    const most = Math.max(...samples.map(({ strays }) => strays[place] ?? 0));
    return most === 0 ? [] : [`up to ${most} files in ${place}`];
  });
}
