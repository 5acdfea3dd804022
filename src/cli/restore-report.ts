/** What a finished restore looks like, for people and for scripts. */

import { formatBytes, formatDuration } from '../engine/format.ts';
import type { RestoreResult } from '../worker/restore-results.ts';
import { factLines } from './fact-lines.ts';
import type { Telling } from './printer.ts';

export function restoreReport(result: RestoreResult): Telling {
  const { task, ...fields } = result;
  return { facts: { command: task, ...fields }, lines: lines(result) };
}

function lines(result: RestoreResult): string[] {
  const { title, disk, image, seconds, writeSeconds, adjusted, ejected, report } = result;
  const rows: (readonly [string, string])[] = [
    ['  Image', image],
    ['  Written', writtenWords(result)],
    ['  Proof', proofWords(result)],
    ['  Time', `${formatDuration(seconds)}, of which writing took ${formatDuration(writeSeconds)}`],
    ...adjusted.map((change) => ['  Changed', change] as const),
    ...growthRows(result),
    ...(ejected ? [['  Card', 'ejected; you can take it out'] as const] : []),
    ['  Report', report],
  ];
  return [`${title} is restored to ${disk}.`, ...factLines(rows)];
}

function writtenWords({
  bytes,
  mappedBytes,
  writtenBytes,
  skippedBytes,
  mapOrigin,
}: RestoreResult) {
  const what =
    mapOrigin === 'whole'
      ? 'every byte of the image'
      : `what the image uses; ${formatBytes(bytes - mappedBytes)} of the card were left alone`;
  if (skippedBytes === 0) return `${formatBytes(writtenBytes)}, ${what}`;
  return `${formatBytes(writtenBytes)}; ${formatBytes(skippedBytes)} more were on the card already`;
}

function proofWords({ provenBytes, verified }: RestoreResult): string {
  const how =
    verified === 'read-back' ? 'read back from the card' : 'read back, possibly from memory,';
  return `${formatBytes(provenBytes)} were ${how} and are what the image holds`;
}

function growthRows({ growth, willGrow }: RestoreResult): (readonly [string, string])[] {
  if (growth === null || growth.spareBytes === 0) return [];
  const what = willGrow
    ? 'the Pi takes the rest of the card on its first start'
    : `${formatBytes(growth.spareBytes)} stay unused`;
  return [['  Room left', `${what}. ${growth.advice}`]];
}
