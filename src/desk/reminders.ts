/** Of which Pis the user is to be reminded now. Pure. */

import { lastBackupOf } from '../library/last-backup.ts';
import type { Reminded } from '../library/reminder-log.ts';
import type { KnownPi } from './shelf-state.ts';

const DAY_MS = 24 * 3600_000;

/**
 * The last good backup is older than the user wants, or there is none that is good. `usual`: what holds for Pis for which nothing
 * else is set.
 */
export function isDue({ pi, preferences }: KnownPi, now: number, usual: number | null): boolean {
  const remindDays = preferences.remindDays === 'usual' ? usual : preferences.remindDays;
  if (remindDays === null) return false;
  const last = lastBackupOf(pi.backups, new Date(now));
  if (last?.backup.state !== 'proven') return true;
  return now - Date.parse(last.backup.at) >= remindDays * DAY_MS;
}

export interface RemindersAsked {
  readonly pis: readonly KnownPi[];
  /** Days, for Pis for which nothing else is set; null for never. */
  readonly usual: number | null;
  readonly reminded: Reminded;
  /** Keys of the Pis whose card is being backed up. */
  readonly atWork: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Each at most once a day; a clock that was set back by days does not silence them. */
export function dueReminders({
  pis,
  usual,
  reminded,
  atWork,
  now,
}: RemindersAsked): readonly KnownPi[] {
  return pis.filter((known) => {
    const { key } = known.pi;
    const last = reminded[key];
    const isRested = last === undefined || Math.abs(now - last) >= DAY_MS;
    return isRested && !atWork.has(key) && isDue(known, now, usual);
  });
}
