/** Both sides of a restore as people read them before they say yes: what will be lost, and what will be written. */

import { formatBytes, formatPortion } from '../engine/format.ts';
import type { RestoreTask } from '../worker/tasks.ts';
import { factLines } from './fact-lines.ts';
import { formatMoment } from './moment.ts';
import type { Facts } from './printer.ts';
import type { Target } from './restore-survey.ts';

export type Grow = RestoreTask['grow'];

type Row = readonly [name: string, value: string];

/** What scripts get: the same on both sides. */
export function questionFacts(targets: readonly Target[], grow: Grow): Facts {
  return {
    grow,
    source: targets[0]?.survey.image ?? null,
    targets: targets.map(({ survey, seen }) => {
      const { target, fits, fit, misfit = null, growth } = survey;
      return { ...target, unproven: seen.disk.unproven ?? null, fits, fit, misfit, growth };
    }),
  };
}

export function questionLines(targets: readonly Target[], grow: Grow): string[] {
  return [
    ...imageSide(targets),
    ...targets.flatMap((target) => ['', ...cardSide(target, fitRows(target, grow))]),
  ];
}

/** "Will be lost: octopi (sdb)", what is known about it, and `more` rows. */
export function cardSide({ survey, seen }: Target, more: readonly Row[] = []): string[] {
  const { target } = survey;
  const { unproven } = seen.disk;
  const { title, disk, bytes, mediaName, content, partitions, lastBackup } = target;
  const medium = mediaName === null ? '' : `, ${mediaName}`;
  const rows: Row[] = [
    ['  Size', `${formatBytes(bytes)}${medium}`],
    ['  On it', content],
    ...partitions.map(
      (part, index): Row => [
        index === 0 ? '  Partitions' : '',
        `${part.kind}${part.label === null ? '' : ` “${part.label}”`}, ${formatBytes(part.bytes)}`,
      ],
    ),
    target.unfinished === null
      ? ['  Backup', backupWords(lastBackup)]
      : ['  State', unfinishedWords(target.unfinished)],
    ...(unproven === undefined ? [] : [['  State', unprovenWords(unproven)] as const]),
    ...more,
  ];
  return [`Will be lost: ${title} (${disk})`, ...factLines(rows)];
}

/** What a card is whose restore was cut off. */
export function unfinishedWords(image: string): string {
  return `unfinished restore of ${image}; restore it again`;
}

/** What a card is whose restore was written to its end, and not proven. */
export function unprovenWords(image: string): string {
  return `written from ${image}, but never proven; restore it again`;
}

function backupWords(known: Target['survey']['target']['lastBackup']): string {
  if (known === null) return 'none is known';
  const since = known.changed === null ? '' : ` (${known.changed.words})`;
  return `${formatMoment(known.at)}${since}: ${known.image}`;
}

function imageSide([first]: readonly Target[]): string[] {
  if (!first) return [];
  const { path, title, bytes, mappedBytes, mapOrigin, at, verified, unreadable, warnings } =
    first.survey.image;
  const rows: Row[] = [
    ['  Image', path],
    ['  Size', sizeWords(bytes, mappedBytes, mapOrigin === 'whole')],
    ...(at === null ? [] : [['  Made', formatMoment(at)] as const]),
    ['  Proof', proofWords(verified)],
    ...(unreadable === 0
      ? []
      : [['  Damage', `${rangeWords(unreadable)} could not be read`] as const]),
    ...warnings.map((warning): Row => ['  Note', warning]),
  ];
  return [`Will be written: ${title}`, ...factLines(rows)];
}

function sizeWords(bytes: number | null, mapped: number | null, isWhole: boolean): string {
  if (bytes === null) return 'known once it is unpacked; all of it is written';
  if (isWhole || mapped === null) return `${formatBytes(bytes)}, all of it is written`;
  return `${formatPortion(mapped, bytes)} are used and written; the rest is left alone`;
}

function proofWords(verified: boolean | null): string {
  if (verified === null) return 'none: it is not a backup of PiKeep';
  return verified ? 'proven when it was made' : 'not proven when it was made';
}

function rangeWords(count: number): string {
  return count === 1 ? 'one range of the card' : `${count} ranges of the card`;
}

function fitRows({ survey: { fit, growth } }: Target, grow: Grow): Row[] {
  const rows: Row[] = [['  Fit', fit]];
  if (growth !== null && growth.spareBytes > 0) {
    rows.push(['  Room left', growthWords(growth, grow)]);
  }
  return rows;
}

function growthWords(
  { method, advice }: NonNullable<Target['survey']['growth']>,
  grow: Grow,
): string {
  if (grow === 'first-boot') {
    const who =
      method === null
        ? 'this system cannot take it by itself'
        : 'the Pi takes it on its first start';
    return `${who}. ${advice}`;
  }
  return method === null ? advice : `${advice} With “--grow first-boot” the Pi takes it by itself.`;
}
