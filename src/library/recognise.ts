/** Whose card this may be, from what the system shows of it without any permission. Never a proof: cards are copied. */

import type { Disk, WeakIdentity } from '../engine/disk.ts';
import { weakIdentity } from '../engine/disk.ts';
import { seemsSameCard } from '../engine/same-card.ts';
import { formatList } from '../language/format.ts';
import { say, sayCount } from '../language/say.ts';
import { lastBackupWords } from './last-backup.ts';
import type { LibraryBackup } from './library.ts';
import { type Pi, shortKey } from './pi-groups.ts';
import { strongIds, tableOf } from './pi-identity.ts';

/** A Pi that a card may be of. */
export interface Candidate {
  readonly pi: Pi;
  /**
   * card: nothing that is shown speaks against it. copy: it shares an identifier with a card of another size: a copy of it, or
   * flashed with the same image.
   */
  readonly likeness: 'card' | 'copy';
}

export interface Recognition {
  /** The likelier ones first; several when what is shown does not tell them apart. Empty: never backed up. */
  readonly candidates: readonly Candidate[];
  /** Ids of other disks that are here now and look the same: copies of one card, or cards flashed with one image. */
  readonly twins: readonly string[];
}

/** `names`: what the Pis are called, where the user gave them names. */
export interface Naming {
  nameOf(pi: Pi): string;
}

/** Every disk in `disks`, by its id. Those that are no cards are the caller's to leave out. */
export function recogniseAll(
  disks: readonly Disk[],
  pis: readonly Pi[],
): ReadonlyMap<string, Recognition> {
  const seen = disks.map((disk) => ({ disk, weak: weakIdentity(disk) }));
  return new Map(
    seen.map(({ disk, weak }) => {
      const twins = seen
        .filter((other) => other.disk.id !== disk.id && seemsSameCard(other.weak, weak))
        .map((other) => other.disk.id);
      return [disk.id, { candidates: identifyWeak(weak, pis), twins }];
    }),
  );
}

/** The Pis that a card with this weak identity may be of. Cards without any identifier are of nobody. */
export function identifyWeak(weak: WeakIdentity, pis: readonly Pi[]): readonly Candidate[] {
  const shown = idsOfWeak(weak);
  const sharing = pis.flatMap((pi) => {
    const backups = pi.backups.filter((backup) => shares(backup, shown));
    return backups.length === 0 ? [] : [{ pi, backups }];
  });
  const ofSize = sharing.filter(({ backups }) => backups.some(({ bytes }) => bytes === weak.bytes));
  const alike = ofSize.filter(({ backups }) =>
    backups.some((backup) => backup.weak !== null && seemsSameCard(backup.weak, weak)),
  );
  if (alike.length > 0) return alike.map(({ pi }) => ({ pi, likeness: 'card' }));
  if (ofSize.length > 0) return ofSize.map(({ pi }) => ({ pi, likeness: 'card' }));
  return sharing.map(({ pi }) => ({ pi, likeness: 'copy' }));
}

/** An identifier of the backup's card is shown, and its partition table does not speak against it. */
function shares({ strong, weak }: LibraryBackup, shown: readonly string[]): boolean {
  const own = [...strongIds(strong).map(withoutIndex), ...(weak === null ? [] : idsOfWeak(weak))];
  const [table, ownTable] = [tableOf(shown), tableOf(own)];
  if (table !== null && ownTable !== null && table !== ownTable) return false;
  return shown.some((id) => own.includes(id));
}

function idsOfWeak({ tableId, partitions }: WeakIdentity): readonly string[] {
  const usable = (id: string | null): id is string => id !== null && /[1-9a-z]/i.test(id);
  return [
    ...(usable(tableId) ? [`table ${tableId.toLowerCase()}`] : []),
    ...partitions.flatMap(({ uuid }) => (usable(uuid) ? [`fs ${uuid.toLowerCase()}`] : [])),
  ];
}

function withoutIndex(id: string): string {
  return id.replace(/^fs \d+ /, 'fs ');
}

/**
 * "looks like octopi — last backed up 47 days ago", "looks like octopi or kitchen", "never backed up"; says so when another
 * card here looks the same. Without a capital letter and a full stop, to stand in a line.
 */
export function recognitionWords(
  { candidates, twins }: Recognition,
  now: Date,
  naming: Naming,
): string {
  const [first] = candidates;
  if (!first) return say`never backed up`;
  const names = namesOf(
    candidates.map(({ pi }) => pi),
    naming,
  );
  const likeness =
    names.length > 1
      ? likeSeveral(names)
      : likeOne(names[0] ?? '', first.likeness, lastBackupWords(first.pi.backups, now));
  return twins.length === 0 ? likeness : say`${likeness}; ${twinWords(twins)}`;
}

function likeOne(name: string, likeness: Candidate['likeness'], last: string): string {
  return likeness === 'card'
    ? say`looks like ${name} — ${last}`
    : say`looks like a copy of ${name} or a card of the same image — ${last}`;
}

function likeSeveral([one = '', other = '', ...more]: readonly string[]): string {
  if (more.length === 0) {
    return say`looks like ${one} or ${other}, which cannot be told apart before the card is read`;
  }
  return sayCount(
    more.length,
    'looks like {0}, {1} or one other, which cannot be told apart before the card is read',
    'looks like {0}, {1} or one of {n} others, which cannot be told apart before the card is read',
    one,
    other,
  );
}

/** Two Pis of one name get a part of their identifiers besides. */
export function namesOf(pis: readonly Pi[], naming: Naming): readonly string[] {
  const names = pis.map((pi) => naming.nameOf(pi));
  return names.map((name, at) => {
    const pi = pis[at];
    const isShared = names.some((other, index) => index !== at && other === name);
    return isShared && pi ? `${name} (${shortKey(pi)})` : name;
  });
}

function twinWords([first = '', ...others]: readonly string[]): string {
  return others.length === 0
    ? say`${first} looks the same: indistinguishable copies of one card`
    : say`${formatList([first, ...others])} look the same: indistinguishable copies of one card`;
}
