/** Which backup is to be checked again by itself, and what it waits for. Pure. */

import { isCheckDue } from '../engine/check-due.ts';
import { type Phrase, toSay } from '../language/say.ts';
import { type CheckRecords, checkKey } from '../library/check-records.ts';
import type { LibraryBackup } from '../library/library.ts';
import { isInFuture } from '../library/oddities.ts';
import type { Power } from '../platform/ports.ts';
import type { KnownPi } from './shelf-state.ts';

/** A check that came to nothing is not tried again before. */
const REST_MS = 24 * 3600_000;

export interface ScheduleAsked {
  readonly pis: readonly KnownPi[];
  readonly checks: CheckRecords;
  /** When a check was begun by itself, by the path of the image: milliseconds since 1970. */
  readonly tried: Readonly<Record<string, number>>;
  readonly now: number;
}

/** The one that has waited longest; null when none is due. */
export function dueCheck({ pis, checks, tried, now }: ScheduleAsked): LibraryBackup | null {
  const due = pis.flatMap(({ pi, preferences }) => {
    const { verifyEveryDays } = preferences;
    const newest = pi.backups.find(
      ({ copyOf, at }) => copyOf === null && !isInFuture(at, new Date(now)),
    );
    if (verifyEveryDays === null || !newest) return [];
    const { path } = newest;
    const last = lastRead(newest, checks);
    const lastTry = tried[path];
    const isRested = lastTry === undefined || Math.abs(now - lastTry) >= REST_MS;
    return isRested && isCheckDue(last, verifyEveryDays, now) ? [{ newest, last }] : [];
  });
  due.sort((one, other) => timeOf(one.last) - timeOf(other.last));
  return due[0]?.newest ?? null;
}

/** Why a check that is due has not begun: something else is going on, or this is no moment for it. */
export type CheckWaits = 'work' | 'battery' | 'load';

/** So busy that somebody would notice: more than this of all processors in the last minute. */
const MAX_LOAD = 0.7;

/** Null: it can begin. Where the system does not say what it runs on, it has no battery that anybody knows of. */
export function waitsFor(isAtWork: boolean, { source, load }: Power): CheckWaits | null {
  if (isAtWork) return 'work';
  if (source === 'battery') return 'battery';
  return load > MAX_LOAD ? 'load' : null;
}

/** A sentence for the page of its Pi. */
export const waitingWords: Readonly<Record<CheckWaits, Phrase>> = {
  work: toSay('The next check is due, and waits until nothing else is being done.'),
  battery: toSay('The next check is due, and waits until the computer is plugged in.'),
  load: toSay('The next check is due, and waits until the computer is less busy.'),
};

/** When its content was read and compared: by the last check that did, or when it was made. */
function lastRead(backup: LibraryBackup, checks: CheckRecords): string | null {
  const made = backup.verified ? backup.finishedAt : null;
  const record = checks.get(checkKey(backup));
  // A file that was changed since is another one.
  const isOfThis =
    record?.image.bytes === backup.fileBytes &&
    record.image.modified === Math.trunc(backup.stamp.mtimeMs);
  if (!record?.wasRead || !isOfThis) return made;
  return timeOf(record.at) > timeOf(made) ? record.at : made;
}

function timeOf(at: string | null): number {
  return at === null ? Number.NEGATIVE_INFINITY : Date.parse(at);
}
