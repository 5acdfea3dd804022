/** What a soak has to say for itself. */

import { isTold, type Sample, type Trend } from './figures.ts';

export interface SoakReport {
  readonly minutes: number;
  readonly warmUp: number;
  readonly cycles: number;
  readonly failures: readonly string[];
  readonly leaks: readonly string[];
  readonly verdict: 'flat' | 'not flat' | 'too short to tell';
  /** Bytes: the most that the desk and its workers used together, looked at every two seconds. */
  readonly peak: number;
  readonly lines: readonly Trend[];
  readonly samples: readonly Sample[];
  readonly leftAtTheEnd?: Readonly<Record<string, number>>;
}

const MIB = 1024 * 1024;

export function reportText(report: SoakReport): string {
  const { minutes, warmUp, cycles, failures, leaks, verdict, peak, lines, samples } = report;
  const kept = [samples[0], samples.at(-1)].map((sample) => `${sample?.kept ?? 0}`);
  return [
    `${minutes.toFixed(0)} minutes, ${cycles} cards, ${failures.length} failures, ${samples.length} samples: ${verdict}`,
    ...[...failures, ...leaks].map((line) => `  ${line}`),
    `  trends after ${warmUp.toFixed(0)} minutes, per hour (± twice the standard error):`,
    ...lines.map(trendText),
    `  desk and workers together used ${(peak / MIB).toFixed(0)} MiB at most`,
    `  machine code, not judged: ${mebibytes(samples[0]?.compiled)} → ${mebibytes(samples.at(-1)?.compiled)}`,
    `  records, settings and caches: ${kept.join(' → ')} bytes`,
    `  files left at the end: ${JSON.stringify(report.leftAtTheEnd ?? {})}`,
  ].join('\n');
}

function mebibytes(bytes: number | undefined): string {
  return `${((bytes ?? 0) / MIB).toFixed(2)} MiB`;
}

function trendText(trend: Trend): string {
  const { figure, samples, least, most, perHour, spread, limit, grows } = trend;
  const name = figure.padEnd(12);
  if (!isTold(trend)) return `    ${name} ${samples} samples: too few to tell`;
  const isBytes = limit >= MIB;
  const show = (value: number): string =>
    isBytes ? `${(value / MIB).toFixed(2)} MiB` : value.toFixed(2);
  const verdict = grows ? 'GROWS' : 'flat';
  return `    ${name} ${show(perHour)} ± ${show(spread)} (limit ${show(limit)}; ${show(least)} to ${show(most)}, ${samples} samples): ${verdict}`;
}
