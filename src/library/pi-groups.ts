/**
 * Backups by the Pi they are of. The partition table's identifier decides: every card gets its own at the first start of its
 * system, while the identifiers of the file systems come with the image and are the same on all cards that were flashed with
 * one release (pi-gen, `fix_partuuid` of raspberrypi-sys-mods). So two Pis with one hostname stay two.
 */

import { say } from '../language/say.ts';
import type { LibraryBackup } from './library.ts';
import { isInFuture } from './oddities.ts';
import { boundedId, strongIds, tableOf, weakId } from './pi-identity.ts';

/** Backups of one size: one card, or copies of it that nothing tells apart. */
export interface PiCard {
  readonly bytes: number;
  /** What readers called it. */
  readonly mediaNames: readonly string[];
  readonly backups: readonly LibraryBackup[];
}

export interface Pi {
  /** Stays the same as long as the card keeps its table. */
  readonly key: string;
  /** Every identifier that a card of this group had. */
  readonly ids: readonly string[];
  /** The hostname of the newest backup, else its title. */
  readonly title: string;
  readonly hostname: string | null;
  readonly os: string | null;
  readonly model: string | null;
  /** The newest first. */
  readonly backups: readonly LibraryBackup[];
  readonly cards: readonly PiCard[];
  /** What is odd about the group, in sentences. */
  readonly hints: readonly string[];
}

/** In the order of their newest backups, those that lie in the future aside. No backup is lost, and none is in two groups. */
export function groupByPi(
  backups: readonly LibraryBackup[],
  now: Date = new Date(),
): readonly Pi[] {
  const groups = new Map<string, LibraryBackup[]>();
  const withoutTable: LibraryBackup[] = [];
  const add = (key: string, backup: LibraryBackup): void => {
    const group = groups.get(key);
    if (group) group.push(backup);
    else groups.set(key, [backup]);
  };
  for (const backup of backups) {
    const table = tableOf(strongIds(backup.strong));
    if (table === null) withoutTable.push(backup);
    else add(table, backup);
  }
  const owners = tablesByFileSystem(groups);
  for (const backup of withoutTable) add(keyWithoutTable(backup, owners), backup);
  const pis = [...groups].map(([key, group]) => piOf(key, group, now));
  const hinted = pis.map((pi) => ({ ...pi, hints: [...pi.hints, ...kinHints(pi, pis)] }));
  return hinted.sort((one, other) => lastTime(other, now) - lastTime(one, now));
}

/** The tables that a file system was seen with. */
function tablesByFileSystem(
  groups: ReadonlyMap<string, readonly LibraryBackup[]>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>();
  for (const [table, group] of groups) {
    for (const id of idsOf(group)) {
      const known = owners.get(id) ?? new Set();
      owners.set(id, known.add(table));
    }
  }
  return owners;
}

/** A damaged card can lose its table; its file systems then tell whose it is, if they were seen with one table only. */
function keyWithoutTable(
  { strong, weak, bytes, title }: LibraryBackup,
  owners: ReadonlyMap<string, ReadonlySet<string>>,
): string {
  const ids = strongIds(strong);
  const tables = new Set(ids.flatMap((id) => [...(owners.get(id) ?? [])]));
  const [table] = tables;
  if (table !== undefined && tables.size === 1) return table;
  const [first] = ids;
  return first ?? weakId(weak, bytes) ?? boundedId(`named ${bytes} ${title}`);
}

function piOf(key: string, group: readonly LibraryBackup[], now: Date): Pi {
  const known = group.find(({ at }) => !isInFuture(at, now)) ?? group[0];
  const cards = cardsOf(group);
  return {
    key,
    ids: idsOf(group),
    title: known?.hostname ?? known?.title ?? key,
    hostname: known?.hostname ?? null,
    os: known?.os ?? null,
    model: known?.model ?? null,
    backups: group,
    cards,
    hints: cardHints(cards),
  };
}

function idsOf(group: readonly LibraryBackup[]): readonly string[] {
  return [...new Set(group.flatMap(({ strong }) => strongIds(strong)))];
}

function cardsOf(group: readonly LibraryBackup[]): readonly PiCard[] {
  const cards = new Map<number, LibraryBackup[]>();
  for (const backup of group) {
    const card = cards.get(backup.bytes);
    if (card) card.push(backup);
    else cards.set(backup.bytes, [backup]);
  }
  return [...cards].map(([bytes, backups]) => ({
    bytes,
    mediaNames: [...new Set(backups.flatMap(({ weak }) => weak?.mediaName ?? []))],
    backups,
  }));
}

function cardHints(cards: readonly PiCard[]): readonly string[] {
  const hints: string[] = [];
  if (cards.length > 1) {
    hints.push(
      say`${cards.length} cards of different sizes carry this identity: copies of one card, or one that was moved to a larger card.`,
    );
  }
  if (cards.some(({ mediaNames }) => mediaNames.length > 1)) {
    hints.push(
      say`It was read in different readers, or there are indistinguishable copies of one card.`,
    );
  }
  return hints;
}

/** What others of its name or its file systems there are: nothing proves that they belong together. */
function kinHints(pi: Pi, pis: readonly Pi[]): readonly string[] {
  const others = pis.filter((other) => other !== pi);
  const relabelled = others.filter(
    ({ ids, cards }) =>
      ids.some((id) => id.startsWith('fs ') && pi.ids.includes(id)) &&
      cards.some(({ bytes }) => pi.cards.some((card) => card.bytes === bytes)),
  );
  const namesakes = others.filter(
    (other) =>
      pi.hostname !== null && other.hostname === pi.hostname && !relabelled.includes(other),
  );
  return [
    ...(relabelled.length === 0
      ? []
      : [
          say`Its file systems are also on another card with a partition table of its own (${shortKey(relabelled[0])}): flashed with the same image, or one card whose table got a new id.`,
        ]),
    ...(namesakes.length === 0
      ? []
      : [
          say`There is another card called ${pi.hostname ?? ''} (${shortKey(namesakes[0])}): another Pi, or this one flashed anew.`,
        ]),
  ];
}

/** Enough of the key to tell two Pis of one name apart: "5e3da3da". */
export function shortKey(pi: Pick<Pi, 'key'> | undefined): string {
  return (pi?.key.split(' ').at(-1) ?? '').slice(0, 8);
}

/** Milliseconds of the newest backup that is not in the future; of none, the earliest time there is. */
function lastTime({ backups }: Pi, now: Date): number {
  const last = backups.find(({ at }) => !isInFuture(at, now));
  return last ? Date.parse(last.at) : Number.NEGATIVE_INFINITY;
}
