/** When a Pi was last backed up, as facts and in words. */

import type { BackupState, LibraryBackup } from './library.ts';
import { isInFuture } from './oddities.ts';

export interface LastBackup {
  /** The newest proven backup; without one, the newest of all. */
  readonly backup: LibraryBackup;
  /** Local calendar days since then: 0 is today. */
  readonly days: number;
  /** The state of a newer backup that is not proven, as a reminder that there was a try; null where there is none. */
  readonly newerIs: BackupState | null;
}

/** Null where there is no backup, or none but in the future: then nobody knows when. `backups` come newest first. */
export function lastBackupOf(backups: readonly LibraryBackup[], now: Date): LastBackup | null {
  const past = backups.filter(({ at, copyOf }) => copyOf === null && !isInFuture(at, now));
  const [newest] = past;
  const backup = past.find(({ state }) => state === 'proven') ?? newest;
  if (!newest || !backup) return null;
  const days = Math.max(0, calendarDays(new Date(backup.at), now));
  return { backup, days, newerIs: newest === backup ? null : newest.state };
}

/** "last backed up 47 days ago", "last backed up today; never proven", "never backed up". */
export function lastBackupWords(backups: readonly LibraryBackup[], now: Date): string {
  const last = lastBackupOf(backups, now);
  if (last === null) {
    return backups.length === 0 ? 'never backed up' : 'backed up at a time that is still to come';
  }
  const { backup, days, newerIs } = last;
  const remark =
    backup.state !== 'proven'
      ? `, ${stateWords[backup.state]}`
      : newerIs === null
        ? ''
        : `; a newer backup is ${stateWords[newerIs]}`;
  return `last backed up ${daysAgo(days)}${remark}`;
}

/** What a state is called after a time. */
export const stateWords: Readonly<Record<BackupState, string>> = {
  proven: 'proven',
  unverified: 'never proven',
  incomplete: 'incomplete',
  damaged: 'damaged',
};

/** "today", "yesterday", "47 days ago". */
export function daysAgo(days: number): string {
  if (days <= 0) return 'today';
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** Midnights between two moments, in local time; a day of 23 or 25 hours is a day. */
export function calendarDays(from: Date, to: Date): number {
  const day = (at: Date): number => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return Math.round((day(to) - day(from)) / 86_400_000);
}
