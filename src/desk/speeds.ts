/**
 * How fast it was at each place of the way. Over the way and not over the clock, so that the curve ends where the bar above it
 * does, a slow place of the card stays where it is, and memory does not grow with the time a card takes. Pure.
 */

import { MOST_SPEEDS } from '../contract/jobs.ts';

export interface Pace {
  readonly bytes: number;
  readonly total: number;
  readonly bytesPerSecond: number | null;
}

/** One figure for each equal piece of the way; 0 for a piece that an earlier process did. */
export function noteSpeed(
  speeds: readonly number[],
  { bytes, total, bytesPerSecond }: Pace,
): readonly number[] {
  if (bytesPerSecond === null || total <= 0) return speeds;
  const piece = Math.min(MOST_SPEEDS - 1, Math.floor((bytes / total) * MOST_SPEEDS));
  if (piece < speeds.length - 1) return speeds;
  const speed = Math.round(bytesPerSecond);
  const before = speeds.slice(0, piece);
  // What was passed since the last figure was passed at this speed.
  const passed = speeds.length === 0 ? 0 : speed;
  while (before.length < piece) before.push(passed);
  return [...before, speed];
}
