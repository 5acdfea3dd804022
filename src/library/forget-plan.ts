/**
 * Which backups of one Pi go, by rules like those of restic's `forget` (its manual, "Removing snapshots according to a
 * policy"): the newest backup of each of the last N days, weeks, months or years that have one; a period that is not used up
 * keeps the oldest besides. A backup stays when one rule keeps it. Days and weeks are those of the local calendar.
 */

import { say, sayPhrase, toSay } from '../language/say.ts';
import { type KeepPeriod, type KeepRules, keepPeriods, keepsAll } from './keep-rules.ts';
import { stateWords } from './last-backup.ts';
import type { LibraryBackup } from './library.ts';
import { isInFuture } from './oddities.ts';

/** What the plan is made of; a `LibraryBackup` is one. */
export type PlannedBackup = Pick<
  LibraryBackup,
  'path' | 'at' | 'bytes' | 'state' | 'copyOf' | 'storedBytes'
>;

export interface Verdict<B extends PlannedBackup> {
  readonly backup: B;
  /** Why it stays, or why it goes: "daily", "oldest monthly", "the newest good one of its card". Never empty. */
  readonly reasons: readonly string[];
}

export interface ForgetPlan<B extends PlannedBackup> {
  /** Both newest first. */
  readonly keep: readonly Verdict<B>[];
  readonly forget: readonly Verdict<B>[];
}

/**
 * A backup that is not proven and whole never takes the place of one that is: it is judged by the same rules, but does not
 * use them up. The newest proven one of each card stays, whatever the rules. What lies in the future stays, and counts for
 * nothing. Copies made by hand go and stay with the backup that they are of. No rules: everything stays.
 */
export function planForget<B extends PlannedBackup>(
  backups: readonly B[],
  rules: KeepRules,
  now: Date,
): ForgetPlan<B> {
  const sorted = backups.toSorted(
    (one, other) => Date.parse(other.at) - Date.parse(one.at) || (one.path < other.path ? -1 : 1),
  );
  const reasons = new Map<string, readonly string[]>();
  const paths = new Set(sorted.map(({ path }) => path));
  const isCopy = ({ copyOf }: B): boolean => copyOf !== null && paths.has(copyOf);
  const originals = sorted.filter((backup) => !isCopy(backup));
  for (const backup of originals) {
    if (keepsAll(rules)) reasons.set(backup.path, [say`everything is kept`]);
    else if (isInFuture(backup.at, now)) reasons.set(backup.path, [say`its time is still to come`]);
  }
  const judged = originals.filter(({ path }) => !reasons.has(path));
  for (const [path, kept] of keptByRules(judged, rules)) reasons.set(path, kept);
  for (const backup of newestGood(originals, now)) {
    const kept = reasons.get(backup.path) ?? [];
    if (kept.length === 0) reasons.set(backup.path, [say`the newest good one of its card`]);
  }
  const verdicts = sorted.map((backup) => {
    const own = reasons.get(isCopy(backup) ? (backup.copyOf ?? '') : backup.path) ?? [];
    const kept = own.length > 0;
    if (isCopy(backup)) return { backup, kept, reasons: copyReasons(kept) };
    return { backup, kept, reasons: kept ? own : [say`no rule keeps it`] };
  });
  const pick = (wanted: boolean): Verdict<B>[] =>
    verdicts.flatMap(({ kept, ...verdict }) => (kept === wanted ? [verdict] : []));
  return { keep: pick(true), forget: pick(false) };
}

function copyReasons(kept: boolean): readonly string[] {
  return [kept ? say`a copy of one that is kept` : say`a copy of one that goes`];
}

/** The rules by name; where they stand alone they go by their code, which the command line prints and pages have words for. */
const ruleWords = {
  last: toSay('last'),
  daily: toSay('daily'),
  weekly: toSay('weekly'),
  monthly: toSay('monthly'),
  yearly: toSay('yearly'),
} as const;
const oldestWords = {
  last: ruleWords.last,
  daily: toSay('oldest daily'),
  weekly: toSay('oldest weekly'),
  monthly: toSay('oldest monthly'),
  yearly: toSay('oldest yearly'),
} as const;

/** The reasons of every backup that a rule keeps, by its path. `backups` come newest first. */
function keptByRules<B extends PlannedBackup>(
  backups: readonly B[],
  rules: KeepRules,
): ReadonlyMap<string, readonly string[]> {
  const kept = new Map<string, string[]>();
  for (const period of keepPeriods) {
    const count = rules[period];
    if (count === undefined) continue;
    let left = count === 'all' ? Number.POSITIVE_INFINITY : count;
    let last: string | null = null;
    const oldest = backups.findLast(({ state }) => state === 'proven');
    for (const [nr, backup] of backups.entries()) {
      if (left === 0) break;
      const value = periodOf(period, new Date(backup.at), nr);
      const isOldest = backup === oldest;
      if (value === last && !isOldest) continue;
      const isOnlyOldest = value === last && period !== 'last';
      const reason = isOnlyOldest ? `oldest ${period}` : period;
      const isGood = backup.state === 'proven';
      const told = isGood
        ? reason
        : say`${sayPhrase((isOnlyOldest ? oldestWords : ruleWords)[period])}, not counted: ${sayPhrase(stateWords[backup.state])}`;
      kept.set(backup.path, [...(kept.get(backup.path) ?? []), told]);
      if (!isGood) continue;
      last = value;
      left--;
    }
  }
  return kept;
}

/** Equal for two times in one period. Weeks begin on Monday and belong to the year of their Thursday (ISO 8601). */
function periodOf(period: KeepPeriod, at: Date, nr: number): string {
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  switch (period) {
    case 'last':
      return String(nr);
    case 'daily':
      return `${year} ${month} ${day}`;
    case 'weekly':
      return String(mondayOf(year, month, day));
    case 'monthly':
      return `${year} ${month}`;
    case 'yearly':
      return String(year);
  }
}

/** A number that belongs to one week only: its Monday. */
function mondayOf(year: number, month: number, day: number): number {
  const date = Date.UTC(year, month, day) / 86_400_000;
  // 1970-01-01 was a Thursday.
  return date - ((((date + 3) % 7) + 7) % 7);
}

/** For every size of card the newest backup that is proven, those in the future only where there is no other. */
function newestGood<B extends PlannedBackup>(backups: readonly B[], now: Date): readonly B[] {
  const newest = new Map<number, B>();
  const good = backups.filter(({ state }) => state === 'proven');
  const past = good.filter(({ at }) => !isInFuture(at, now));
  for (const backup of [...past, ...good]) {
    if (!newest.has(backup.bytes)) newest.set(backup.bytes, backup);
  }
  return [...newest.values()];
}
