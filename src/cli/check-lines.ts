/** The page of `pikeep check`, for people. */

import { formatDuration } from '../engine/format.ts';
import type { CheckResult } from '../worker/check-results.ts';
import { formatMoment } from './moment.ts';
import { wrap } from './wrap.ts';

/** Columns of a terminal that nobody made wider. */
const WIDTH = 80;
/** Ranges that are listed; the check itself counts them all. */
const MAX_RANGES = 20;

const marks = { ok: 'ok  ', remark: 'note', fail: 'BAD ' } as const;

export function checkLines(result: CheckResult): string[] {
  const { title, sentence, checks, hashes, unreadable, lastCheck, seconds } = result;
  const hashLines = (['content', 'plain', 'file'] as const).flatMap((name) => {
    const hash = hashes[name];
    return hash === null ? [] : [`  ${name.padEnd(8)} ${hash}`];
  });
  const ranges = unreadable
    .slice(0, MAX_RANGES)
    .map(({ offset, bytes, files }) => `  ${bytes} bytes at ${offset}: ${files.join('; ') || '-'}`);
  const last = lastCheck ? [`Last read before: ${formatMoment(lastCheck.at)}`] : [];
  return [
    ...wrap(sentence, WIDTH),
    '',
    title,
    ...checks.flatMap(({ name, partition, state, detail, next }) => [
      ...indented(`${marks[state]} ${nameOf(name, partition)}: ${detail}`, 2, 7),
      ...(next === null ? [] : indented(`→ ${next}`, 7, 9)),
    ]),
    ...(ranges.length === 0 ? [] : ['', 'Unreadable', ...ranges]),
    ...(hashLines.length === 0 ? [] : ['', 'SHA-256', ...hashLines]),
    '',
    ...last,
    `Checked in ${formatDuration(seconds)}.`,
  ];
}

function nameOf(name: string, partition: number | null): string {
  return name === 'file system' && partition !== null ? `${name} ${partition}` : name;
}

function indented(text: string, first: number, rest: number): string[] {
  return wrap(text, WIDTH - rest).map((line, row) => ' '.repeat(row === 0 ? first : rest) + line);
}
