/**
 * How much of a card changed since a backup, by nothing but what its file systems say of themselves. "same" is claimed only
 * where it is sure: see `portrait-volumes.ts` for what every use changes.
 */

import { currentLocale } from '../language/format.ts';
import { type Phrase, say, sayPhrase, toSay } from '../language/say.ts';
import type { BlockDevice } from './block-device.ts';
import type { Card } from './card.ts';
import { formatBytes } from './format.ts';
import type { Portrait, Volume } from './portrait-schema.ts';
import { readVolumes } from './portrait-volumes.ts';

export interface ChangedSince {
  /** "unknown": nothing on the card tells. */
  readonly verdict: 'same' | 'changed' | 'unknown';
  /** About how much was written to, in bytes; null where that is not known. */
  readonly bytes: number | null;
  /** It is at least that much: not all of it was counted. */
  readonly isAtLeast: boolean;
}

/** Throws DEVICE_GONE. `before` is the portrait in the manifest of a backup of this very card. */
export async function changedSince(
  device: BlockDevice,
  card: Card,
  before: Pick<Portrait, 'tableId' | 'volumes'>,
): Promise<ChangedSince> {
  return compareVolumes(before, {
    tableId: card.table.tableId,
    volumes: await readVolumes(device, card),
  });
}

type State = Pick<Portrait, 'tableId' | 'volumes'>;

const unknown: ChangedSince = { verdict: 'unknown', bytes: null, isAtLeast: false };

/** The rule itself, over two portraits. */
export function compareVolumes(before: State, now: State): ChangedSince {
  const pairs = now.volumes.map((is) => ({
    is,
    was: before.volumes.find(({ partition }) => partition === is.partition) ?? null,
  }));
  const isAlike =
    before.tableId === now.tableId &&
    before.volumes.length === now.volumes.length &&
    pairs.every(({ was, is }) => was !== null && was.type === is.type && was.uuid === is.uuid);
  if (!isAlike) return { verdict: 'changed', bytes: null, isAtLeast: false };
  const isChanged = pairs.some(({ was, is }) => was?.state !== is.state);
  if (!isChanged)
    return isTelling(now.volumes) ? { ...unknown, verdict: 'same', bytes: 0 } : unknown;
  return { verdict: 'changed', ...amountOf(pairs) };
}

/** File systems that nothing writes to while the card is in use, or that hold nothing worth keeping. */
const still = new Set(['squashfs', 'swap']);

/** A system cannot run without mounting its Linux file system, so one of those has to be there; and all others have to tell. */
function isTelling(volumes: readonly Volume[]): boolean {
  const hasLinux = volumes.some(({ type, state }) => type === 'ext' && state !== null);
  return hasLinux && volumes.every(({ type, state }) => state !== null || still.has(type));
}

/** Linux counts what it writes to an ext file system; for a FAT nobody does. What is written twice can only have changed once. */
function amountOf(
  pairs: readonly { readonly was: Volume | null; readonly is: Volume }[],
): Pick<ChangedSince, 'bytes' | 'isAtLeast'> {
  let bytes = 0;
  let isAtLeast = false;
  let isCounted = false;
  for (const { was, is } of pairs) {
    if (was?.state === is.state) continue;
    if (is.type !== 'ext') {
      isAtLeast = true;
      continue;
    }
    const written = (is.writtenBytes ?? 0) - (was?.writtenBytes ?? 0);
    // A file system made anew, or put back from an older backup.
    if (is.writtenBytes === null || was?.writtenBytes == null || written < 0) {
      return { bytes: null, isAtLeast: false };
    }
    // The count is kept in memory until it is unmounted.
    if (is.clean !== true) isAtLeast = true;
    isCounted = true;
    const used = is.bytes === null || is.freeBytes === null ? written : is.bytes - is.freeBytes;
    bytes += Math.min(written, used);
  }
  // "At least nothing" says nothing.
  return isCounted && (bytes > 0 || !isAtLeast)
    ? { bytes, isAtLeast }
    : { bytes: null, isAtLeast: false };
}

/** Less than Linux writes by mounting and unmounting alone. */
const HARDLY_BYTES = 1_000_000;

/** "1.2 GB changed since", "same as your backup of Tuesday"; null where nothing is known. `at`: when that backup was made. */
export function changedWords(
  changed: ChangedSince,
  at: Date,
  now: Date,
  timeZone?: string,
): string | null {
  const { verdict, bytes, isAtLeast } = changed;
  if (verdict === 'unknown') return null;
  if (verdict === 'same') return dayIn(same, dayOf(at, now, timeZone));
  if (bytes === null) return say`changed since`;
  if (bytes < HARDLY_BYTES)
    return isAtLeast ? say`changed since` : say`less than 1 MB changed since`;
  const amount = formatBytes(bytes);
  return isAtLeast ? say`more than ${amount} changed since` : say`about ${amount} changed since`;
}

/** The same, to stand alone: "about 1.2 GB changed since your backup of Tuesday". Null: not known. */
export function changedSentence(
  {
    verdict,
    bytes,
    isAtLeast,
  }: Pick<ChangedSince, 'bytes' | 'isAtLeast'> & { verdict: 'same' | 'changed' },
  at: Date,
  now: Date,
  timeZone?: string,
): string | null {
  const day = dayOf(at, now, timeZone);
  if (verdict === 'same') return dayIn(same, day);
  const when = dayIn(since, day);
  if (bytes === null) return say`changed ${when}`;
  if (bytes < HARDLY_BYTES) {
    return isAtLeast ? say`changed ${when}` : say`less than 1 MB changed ${when}`;
  }
  const amount = formatBytes(bytes);
  return isAtLeast
    ? say`more than ${amount} changed ${when}`
    : say`about ${amount} changed ${when}`;
}

interface Day {
  readonly kind: 'today' | 'yesterday' | 'weekday' | 'date';
  readonly weekday: string;
  readonly date: string;
}

// `{0}` is the day of the week and `{1}` the date: many languages lead to them with other words.

const same: Readonly<Record<Day['kind'], Phrase>> = {
  today: toSay('same as your backup of today'),
  yesterday: toSay('same as your backup of yesterday'),
  weekday: toSay('same as your backup of {0}'),
  date: toSay('same as your backup of {1}'),
};

/** When, to stand in a sentence: no language has to bend it. */
const since: Readonly<Record<Day['kind'], Phrase>> = {
  today: toSay('since your backup of today'),
  yesterday: toSay('since your backup of yesterday'),
  weekday: toSay('since your backup of {0}'),
  date: toSay('since your backup of {1}'),
};

function dayIn(table: typeof same, { kind, weekday, date }: Day): string {
  return sayPhrase(table[kind], weekday, date);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** "today", "yesterday", the day of the week for up to six days, else the date; a time to come is a date too. */
function dayOf(at: Date, now: Date, timeZone?: string): Day {
  const zone = timeZone === undefined ? {} : { timeZone };
  const date = (time: Date): string =>
    new Intl.DateTimeFormat('en-CA', {
      ...zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    }).format(time);
  const days = Math.round((Date.parse(date(now)) - Date.parse(date(at))) / DAY_MS);
  const write = (format: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(currentLocale(), { ...zone, ...format }).format(at);
  return {
    kind:
      days === 0 ? 'today' : days === 1 ? 'yesterday' : days > 1 && days < 7 ? 'weekday' : 'date',
    weekday: write({ weekday: 'long' }),
    date: write({ day: 'numeric', month: 'long', year: 'numeric' }),
  };
}
