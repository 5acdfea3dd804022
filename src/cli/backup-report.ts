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
  const { title, image, bytes, storedBytes, seconds, checks, ejected } = result;
  const rows = [
    ['  Image', image],
    ['  Size', `${formatBytes(bytes)}, taking ${formatBytes(storedBytes)} on the disk`],
    ['  Read', readWords(result)],
    ['  Time', formatDuration(seconds)],
    ['  Proof', proof(result)],
    ...checks.map(({ name, ok, detail }) => [ok ? '  Check' : '  CHECK', `${name}: ${detail}`]),
    ...(ejected ? [['  Card', 'ejected; you can take it out']] : []),
  ];
  const headline = result.verified
    ? `${title} is backed up.`
    : `${title} is copied, but not proven.`;
  return [headline, ...tableLines(rows)];
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
