/** One line that says how far the work is. */

import { formatBytes, formatDuration, formatPercent, formatRate } from '../engine/format.ts';
import type { Phase, Progress } from '../worker/progress.ts';

const verbs: { readonly [P in Phase]: string } = {
  opening: 'Opening the card',
  copying: 'Copying',
  rescuing: 'Trying the bad places again',
  proving: 'Proving',
  rereading: 'Reading the card again',
  filing: 'Filing the image',
  reading: 'Reading',
  checking: 'Checking the image',
  writing: 'Writing',
};

const BAR_CELLS = 20;

/** "Copying  [#####...............]  25%  2 GB of 8 GB  90.8 MB/s  1 min 10 s left", cut to the columns there are. */
export function progressLine(progress: Progress, columns: number): string {
  const { phase, bytes, total, bytesPerSecond, secondsLeft } = progress;
  const parts = [verbs[phase]];
  // Opening and filing have nothing to count.
  if (total > 0 && phase !== 'opening' && phase !== 'filing') {
    const cells = Math.floor((Math.min(bytes, total) / total) * BAR_CELLS);
    if (columns >= 70) parts.push(`[${'#'.repeat(cells)}${'.'.repeat(BAR_CELLS - cells)}]`);
    parts.push(formatPercent(bytes, total), `${formatBytes(bytes)} of ${formatBytes(total)}`);
  }
  if (bytesPerSecond !== null) parts.push(formatRate(bytesPerSecond));
  if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`);
  return parts.join('  ').slice(0, Math.max(1, columns - 1));
}
