/** The Pis of the library, for commands that speak of them. */

import { PiKeepError } from '../engine/errors.ts';
import { lastBackupOf } from '../library/last-backup.ts';
import { type Library, type LibraryBackup, readLibrary } from '../library/library.ts';
import { groupByPi, type Pi, shortKey } from '../library/pi-groups.ts';
import { openPiStore, type PiStore } from '../library/pi-store.ts';
import { type Naming, namesOf } from '../library/recognise.ts';
import type { Facts } from './printer.ts';
import type { Session } from './session.ts';

export interface KnownPis {
  readonly library: Library;
  readonly pis: readonly Pi[];
  readonly store: PiStore;
  readonly naming: Naming;
  readonly now: Date;
}

/** Never throws for what is in the library; a broken file of names is a warning. Throws INTERRUPTED. */
export async function readPis(
  { library: folder, printer, signal }: Pick<Session, 'library' | 'printer' | 'signal'>,
  { patienceMs }: { patienceMs?: number } = {},
): Promise<KnownPis> {
  const now = new Date();
  const patience = patienceMs === undefined ? {} : { patienceMs };
  const library = await readLibrary(folder, { now, signal, ...patience });
  const store = await openPiStore(folder);
  if (store.warning !== null) printer.warning('SETTINGS_INVALID', store.warning);
  const pis = groupByPi(library.backups, now);
  return { library, pis, store, now, naming: { nameOf: (pi) => store.nameOf(pi, pis) } };
}

/** By its name, hostname or identifier, or as it is shown where two have one name. Throws USAGE when that is none or several. */
export function findPi({ pis, naming }: KnownPis, wanted: string): Pi {
  const lower = wanted.toLowerCase();
  const shown = namesOf(pis, naming);
  const exact = pis.filter((pi, at) =>
    [pi.key, shortKey(pi), pi.key.split(' ').at(-1), shown[at]?.toLowerCase()].includes(lower),
  );
  const called = pis.filter((pi) =>
    [naming.nameOf(pi), pi.hostname, pi.title].some((name) => name?.toLowerCase() === lower),
  );
  const found = exact.length > 0 ? exact : called;
  const [only] = found;
  if (only && found.length === 1) return only;
  if (!only) {
    throw usage(`There is no backup of a Pi called “${wanted}”; “pikeep history” lists them all.`);
  }
  const ids = found.map((pi) => shortKey(pi)).join(', ');
  throw usage(`There are ${found.length} Pis called “${wanted}”; name one by its id: ${ids}.`);
}

/** A Pi for scripts, without its backups. */
export function piFacts(pi: Pi, { pis, store, now }: KnownPis): Facts {
  const { key, title, hostname, os, model, hints, backups } = pi;
  const last = lastBackupOf(backups, now);
  const { name, note, colour, remindDays, handsFree, keep, verifyEveryDays } = store.of(pi, pis);
  return {
    ...{ key, name: name ?? title, hostname, os, model, note, colour, remindDays, handsFree },
    ...{ keep, verifyEveryDays, hints },
    lastBackup: lastFacts(last),
  };
}

/** When a Pi was last backed up, for scripts. */
export function lastFacts(last: ReturnType<typeof lastBackupOf>): Facts | null {
  if (last === null) return null;
  const { backup, days } = last;
  return { image: backup.path, at: backup.at, days, state: backup.state };
}

/** A backup for scripts. */
export function backupFactsOf(backup: LibraryBackup): Facts {
  const { path, manifest, title, at, format, bytes, fileBytes, storedBytes } = backup;
  const { state, unreadable, failedChecks, copyOf } = backup;
  return {
    ...{ image: path, manifest, title, at, format, bytes, fileBytes, storedBytes, state },
    ...{ unreadable, failedChecks, copyOf },
    oddities: backup.oddities.map(({ code, text }) => ({ code, text })),
  };
}

export function usage(detail: string): PiKeepError {
  return new PiKeepError('USAGE', { detail });
}
