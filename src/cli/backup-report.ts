/** What a finished backup looks like, for people and for scripts. */

import { formatBytes, formatDuration } from '../engine/format.ts';
import type { BackupResult } from '../worker/results.ts';
import type { Facts, Telling } from './printer.ts';
import { tableLines } from './table.ts';

export function backupReport(result: BackupResult, facts: Facts = {}): Telling {
  const { task, ...fields } = result;
  return { facts: { command: task, ...facts, ...fields }, lines: lines(result) };
}

function lines(result: BackupResult): string[] {
  const { image, bytes, storedBytes, seconds, checks, ejected } = result;
  const rows = [
    ['  Image', image],
    ['  Size', `${formatBytes(bytes)}, taking ${formatBytes(storedBytes)} on the disk`],
    ['  Read', readWords(result)],
    ...continuedRows(result),
    ['  Time', formatDuration(seconds)],
    ['  Proof', proof(result)],
    ...checks.map(({ name, ok, detail }) => [ok ? '  Check' : '  CHECK', `${name}: ${detail}`]),
    ...damageRows(result),
    ...(ejected ? [['  Card', 'ejected; you can take it out']] : []),
  ];
  return [headline(result), ...tableLines(rows)];
}

function headline({ title, verified, unreadable }: BackupResult): string {
  if (unreadable) return `${title} is backed up, but not all of it: the backup is incomplete.`;
  return verified ? `${title} is backed up.` : `${title} is copied, but not proven.`;
}

const MAX_FILES = 10;

function damageRows({ unreadable }: BackupResult): string[][] {
  if (!unreadable) return [];
  const { ranges, bytes, files, moreFiles, words } = unreadable;
  const places = ranges === 1 ? 'one place' : `${ranges} places`;
  const more = Math.max(0, files.length - MAX_FILES) + moreFiles;
  return [
    ['  MISSING', `${formatBytes(bytes)} in ${places} could not be read; zeros stand there`],
    ['  DAMAGE', words],
    ...files.slice(0, MAX_FILES).map((file) => ['', file]),
    ...(more > 0 ? [['', `and ${more} more; the manifest has the names by place`]] : []),
  ];
}

function continuedRows({ continuedBytes }: BackupResult): string[][] {
  if (continuedBytes === undefined) return [];
  return [['  Continued', `${formatBytes(continuedBytes)} of that were there already`]];
}

function readWords({ bytes, readBytes }: BackupResult): string {
  if (readBytes === bytes) return 'the whole card';
  return `${formatBytes(readBytes)}, everything the card uses; the rest is proven free`;
}

function proof({ verified, plainSha256 }: BackupResult): string {
  const sum = plainSha256 === null ? '' : `; SHA-256 ${plainSha256}`;
  switch (verified) {
    case 'read-back':
      return `the image was read again from the disk and is what was read from the card${sum}`;
    case 'read-back-cached':
      return `the image was read again, possibly from memory, and is what was read from the card${sum}`;
    case null:
      return `none, as asked; “pikeep verify” can do it later${sum}`;
  }
}
