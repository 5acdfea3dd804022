/** The table on the terminal, and the same as JSON. */

import { cpus, loadavg, release, totalmem } from 'node:os';
import { type BenchCard, median, type Result } from './row.ts';

export function table(results: readonly Result[]): string {
  const header = ['row', 'against', 'ours', 'theirs', 'figure', 'reach', ''];
  const rows = results.map((result) => [
    result.what,
    result.against,
    `${median(result.ours).toFixed(1)} ${result.unit}`,
    result.theirs ? `${median(result.theirs).toFixed(1)} ${result.unit}` : '—',
    shown(result, result.figure),
    ...verdict(result),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [header, widths.map((width) => '-'.repeat(width)), ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Rows for comparison have nothing to reach. */
function verdict(result: Result): [string, string] {
  if (result.reach === Number.POSITIVE_INFINITY) return ['—', ''];
  return [`≤ ${shown(result, result.reach)}`, isReached(result) ? 'reached' : 'MISSED'];
}

export function isReached({ figure, reach }: Result): boolean {
  return figure <= reach;
}

export function report(results: readonly Result[], card: BenchCard, runs: number): object {
  return {
    schema: 1,
    at: new Date().toISOString(),
    machine: {
      kernel: release(),
      processors: cpus().length,
      model: cpus()[0]?.model ?? null,
      memoryBytes: totalmem(),
      /** Over the last minute, the benchmark's own work included. */
      load: loadavg()[0],
      node: process.version,
    },
    card: { bytes: card.bytes, storedBytes: card.storedBytes },
    runs,
    results: results.map((result) => ({ ...result, reached: isReached(result) })),
  };
}

function shown(result: Result, figure: number): string {
  return result.theirs ? figure.toFixed(3) : `${figure.toFixed(0)} ${result.unit}`;
}
