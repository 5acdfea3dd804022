/** Which backup of a Pi somebody means by a day, or by naming none. Pure. */

import type { LibraryBackup } from './library.ts';
import { isInFuture } from './oddities.ts';

/** Midnight at the beginning of a local calendar day, and of the next one: milliseconds since 1970. */
export interface Day {
  readonly text: string;
  readonly starts: number;
  readonly ends: number;
}

/** "2026-11-22" in local time. Null for another form, and for days that no calendar has. */
export function parseDay(text: string): Day | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || date === undefined) return null;
  const starts = new Date(year, month - 1, date);
  const isThatDay =
    starts.getFullYear() === year && starts.getMonth() === month - 1 && starts.getDate() === date;
  if (!isThatDay) return null;
  const ends = new Date(year, month - 1, date + 1).getTime();
  return { text, starts: starts.getTime(), ends };
}

/** What can be looked into: one of several copies, and no file that is not the one that was made. The newest first. */
export function usableBackups(backups: readonly LibraryBackup[]): readonly LibraryBackup[] {
  return backups.filter(({ copyOf, state }) => copyOf === null && state !== 'damaged');
}

/** The newest that was begun on this day or before; null when all are later. `backups`: the newest first. */
export function backupOfDay(
  backups: readonly LibraryBackup[],
  { ends }: Day,
): LibraryBackup | null {
  return backups.find(({ at }) => Date.parse(at) < ends) ?? null;
}

/** The newest ones; what a wrong clock put into the future only where there is nothing else. */
export function newestBackups(
  backups: readonly LibraryBackup[],
  count: number,
  now: Date,
): readonly LibraryBackup[] {
  const isLater = ({ at }: LibraryBackup): boolean => isInFuture(at, now);
  const known = backups.filter((backup) => !isLater(backup));
  return [...known, ...backups.filter(isLater)].slice(0, count);
}
