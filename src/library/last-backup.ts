/** When a Pi was last backed up, as facts and in words. */

import { type Phrase, say, sayCount, sayPhrase, toSay } from '../language/say.ts';
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

/**
 * "last backed up 47 days ago", "last backed up today, never proven", "never backed up": a clause, to stand in a line after
 * whose backups they are.
 */
export function lastBackupWords(backups: readonly LibraryBackup[], now: Date): string {
  const last = lastBackupOf(backups, now);
  if (last !== null) return withRemark(whenWords(last.days), last);
  return backups.length === 0
    ? say`never backed up`
    : say`backed up at a time that is still to come`;
}

/** The same as a sentence about a Pi of that name: "octopi was last backed up 47 days ago." */
export function lastBackupSentence(
  name: string,
  backups: readonly LibraryBackup[],
  now: Date,
): string {
  const last = lastBackupOf(backups, now);
  if (last !== null) return say`${withRemark(whenSentence(name, last.days), last)}.`;
  return backups.length === 0
    ? say`${name} was never backed up.`
    : say`${name} was backed up at a time that is still to come.`;
}

function whenWords(days: number): string {
  if (days <= 0) return say`last backed up today`;
  return days === 1
    ? say`last backed up yesterday`
    : sayCount(days, 'last backed up {n} day ago', 'last backed up {n} days ago');
}

function whenSentence(name: string, days: number): string {
  if (days <= 0) return say`${name} was last backed up today`;
  return days === 1
    ? say`${name} was last backed up yesterday`
    : sayCount(
        days,
        '{0} was last backed up {n} day ago',
        '{0} was last backed up {n} days ago',
        name,
      );
}

/** Whether that is worth anything, and that there was a later try. */
function withRemark(words: string, { backup, newerIs }: LastBackup): string {
  if (backup.state !== 'proven') return say`${words}, ${sayPhrase(stateWords[backup.state])}`;
  return newerIs === null
    ? words
    : say`${words}; a newer backup is ${sayPhrase(stateWords[newerIs])}`;
}

/** What a state is called after a time. */
export const stateWords: Readonly<Record<BackupState, Phrase>> = {
  proven: toSay('proven'),
  unverified: toSay('never proven'),
  incomplete: toSay('incomplete'),
  damaged: toSay('damaged'),
};

/** Midnights between two moments, in local time; a day of 23 or 25 hours is a day. */
export function calendarDays(from: Date, to: Date): number {
  const day = (at: Date): number => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return Math.round((day(to) - day(from)) / 86_400_000);
}
