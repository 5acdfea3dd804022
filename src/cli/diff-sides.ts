/** What `pikeep diff` compares: two images or cards by their names, or two backups of a Pi by days. */

import {
  backupOfDay,
  type Day,
  newestBackups,
  parseDay,
  usableBackups,
} from '../library/backup-of-day.ts';
import type { LibraryBackup } from '../library/library.ts';
import { targetOf } from './files-target.ts';
import { formatMoment } from './moment.ts';
import { findPi, type KnownPis, readPis, usage } from './pis.ts';
import type { Session } from './session.ts';

export interface DiffSides {
  readonly older: string;
  readonly newer: string;
  /** Key of the Pi that was named; null where images or cards were. */
  readonly pi: string | null;
  /** For people: "octopi of 2026-10-01 12:00", or the names as they are. */
  readonly words: readonly [string, string];
}

/**
 * Two names are two images or cards, unless the second is a day. Throws USAGE for days and Pis that there are not, or that mean
 * one backup only; otherwise what `targetOf` throws.
 */
export async function diffSides(session: Session, names: readonly string[]): Promise<DiffSides> {
  const [first, second, third] = names;
  if (first === undefined) throw usage('Name a Pi, or two images or cards.');
  if (second === undefined) return ofPi(session, first, []);
  if (third !== undefined) return ofPi(session, first, [dayOf(second), dayOf(third)]);
  const day = parseDay(second);
  if (day) return ofPi(session, first, [day]);
  const older = await targetOf(session, first);
  const newer = await targetOf(session, second);
  return { older, newer, pi: null, words: [older, newer] };
}

function dayOf(text: string): Day {
  const day = parseDay(text);
  if (day) return day;
  throw usage(`“${text}” is no day; write it like 2026-11-22.`);
}

/** Of no day, the two newest; of one, that one and the newest. */
async function ofPi(session: Session, name: string, days: readonly Day[]): Promise<DiffSides> {
  const known = await readPis(session);
  const pi = findPi(known, name);
  const title = known.naming.nameOf(pi);
  const backups = usableBackups(pi.backups);
  if (backups.length < 2) {
    const found = backups.length === 0 ? 'no backup' : 'only one backup';
    throw usage(`There is ${found} of ${title} that can be compared.`);
  }
  const [older, newer] = choose(backups, days, title, known);
  if (older === newer) {
    const when = formatMoment(older.at);
    throw usage(`Both sides are the backup of ${when}; “pikeep history ${name}” lists them all.`);
  }
  if (Date.parse(older.at) > Date.parse(newer.at)) throw usage('Name the earlier day first.');
  return {
    older: older.path,
    newer: newer.path,
    pi: pi.key,
    words: [`${title} of ${formatMoment(older.at)}`, `${title} of ${formatMoment(newer.at)}`],
  };
}

function choose(
  backups: readonly LibraryBackup[],
  days: readonly Day[],
  title: string,
  { now }: KnownPis,
): readonly [LibraryBackup, LibraryBackup] {
  const [newest, before] = newestBackups(backups, 2, now);
  const ofDay = (day: Day): LibraryBackup => {
    const found = backupOfDay(backups, day);
    if (found) return found;
    const first = formatMoment(backups.at(-1)?.at ?? '');
    throw usage(
      `There is no backup of ${title} of ${day.text} or before; the first is of ${first}.`,
    );
  };
  const [from, to] = days;
  const newer = to ? ofDay(to) : newest;
  const older = from ? ofDay(from) : before;
  if (older && newer) return [older, newer];
  throw usage(`There is only one backup of ${title}.`);
}
