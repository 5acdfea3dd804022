/** Does an image fit on a card, and what has to differ on a card of another size? Nothing is written here. */

import { english } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import type { Range } from './chunks.ts';
import { PiKeepError } from './errors.ts';
import { union } from './extents.ts';
import { type Layout, type Occupant, occupantsOf, readLayout, sectorSizeOf } from './fit-layout.ts';
import { endOfTail } from './fit-tail.ts';
import { tolerantView } from './fit-view.ts';
import { fitSentence, inTheWayWords, isTooFull, shrinkCommand } from './fit-words.ts';
import { backupBytes, backupRanges, type GptSource, moveGpt, readGptSource } from './gpt-move.ts';
import { type Growth, planGrowth } from './growth.ts';
import type { RestoreSource } from './image/restore-source.ts';
import type { Patch, RestorePlan } from './restore-plan.ts';

export interface FitOptions {
  readonly source: Pick<
    RestoreSource,
    'view' | 'map' | 'bytes' | 'path' | 'mapOrigin' | 'isOpenEnded'
  >;
  readonly target: {
    /** For messages. */
    readonly disk: string;
    readonly bytes: number;
    readonly sectorSize: number;
  };
  /** What becomes of the room behind the last partition. */
  readonly grow: 'leave' | 'first-boot';
}

export interface PlannedRestore {
  readonly plan: RestorePlan;
  /** Null when there is no room worth taking behind the last partition. */
  readonly growth: Growth | null;
  /** The system will take that room on its first start: because it was asked for, or because it always does. */
  readonly willGrow: boolean;
  /** What is not as in the image, in words for the report. */
  readonly adjusted: readonly string[];
  /** One sentence on the fit. */
  readonly sentence: string;
}

/** Less than this behind the last partition (bytes) is not worth a question. */
const WORTH_GROWING_BYTES = 64 * 1024 * 1024;

/**
 * A card as large as the image gets exactly the image. On any other the backup of a GPT moves to the end of the card. Throws
 * TARGET_TOO_SMALL; IMAGE_DAMAGED when an image from elsewhere ends before its partitions do; UNSUPPORTED when its partition
 * table counts in other sectors than the card. Device errors pass through.
 */
export async function planRestore({ source, target, grow }: FitOptions): Promise<PlannedRestore> {
  const withSectors = (size: number): BlockDevice => tolerantView(source.view, size);
  const sectorSize = await sectorSizeOf(withSectors, source.view.sectorSize);
  const image = withSectors(sectorSize);
  const layout = await readLayout(image);
  if (layout.table.scheme !== 'none' && sectorSize !== target.sectorSize) {
    const what = english`writing an image whose partition table counts in sectors of ${sectorSize} bytes to ${target.disk}, whose sectors have ${target.sectorSize}`;
    throw new PiKeepError('UNSUPPORTED', { what });
  }
  const gpt = layout.table.scheme === 'gpt' ? await readGptSource(image) : null;
  const tableBytes = gpt ? backupBytes(gpt) : 0;
  const isOther = source.bytes !== target.bytes;
  requireWhole(source, layout);
  await requireFit({ source, target, layout, gpt, reserve: isOther ? tableBytes : 0 });

  const patches: Patch[] = [];
  const adjusted: string[] = [];
  if (gpt && isOther) {
    const moved = await moveGpt(image, gpt, target.bytes);
    patches.push(...moved.patches);
    adjusted.push(...moved.adjusted);
  }
  const spareBytes = target.bytes - tableBytes - endOfImage(source, layout);
  const room = spareBytes >= WORTH_GROWING_BYTES ? await planGrowth(source.view) : null;
  const willGrow =
    room !== null && (room.byItself || (grow === 'first-boot' && room.method !== null));
  if (room && willGrow && !room.byItself) {
    patches.push(...room.patches);
    adjusted.push(...new Set(room.patches.map(({ what }) => what)));
  }
  return {
    plan: {
      entries: source.map.filter(({ offset }) => offset < target.bytes),
      patches: patches.toSorted((left, right) => left.offset - right.offset),
    },
    growth: room && { spareBytes, method: room.method, advice: room.advice },
    willGrow,
    adjusted,
    sentence: fitSentence({
      imageBytes: source.bytes,
      cardBytes: target.bytes,
      spareBytes: room ? spareBytes : 0,
      willGrow,
      tableMoves: gpt !== null && isOther,
    }),
  };
}

/** Where what has to be on the card ends; the whole image where nobody knows. */
function endOfImage({ bytes }: FitOptions['source'], layout: Layout): number {
  const occupants = occupantsOf(layout);
  return occupants.length === 0 ? bytes : Math.max(...occupants.map(({ end }) => end));
}

/**
 * A file without a map of its own is all that is known of a card: when its partitions go on behind its end, it was cut off. An
 * extended partition holds nothing itself.
 */
function requireWhole({ path, bytes, mapOrigin }: FitOptions['source'], layout: Layout): void {
  if (mapOrigin !== 'whole') return;
  for (const { what, end, partition } of occupantsOf(layout)) {
    if (end <= bytes || partition?.kind === 'extended') continue;
    const detail = english`it ends ${end - bytes} bytes before ${what} does`;
    throw new PiKeepError('IMAGE_DAMAGED', { path, detail });
  }
}

interface FitQuestion extends Pick<FitOptions, 'source' | 'target'> {
  readonly layout: Layout;
  readonly gpt: GptSource | null;
  /** Bytes at the end of the card that the backup of the table will need. */
  readonly reserve: number;
}

async function requireFit(question: FitQuestion): Promise<void> {
  const { source, target, layout, reserve } = question;
  const limit = target.bytes - reserve;
  const occupants = [...occupantsOf(layout), ...tableOf(question)];
  if (occupants.length === 0 && source.bytes > limit) {
    const what = source.isOpenEnded
      ? english`the beginning of the image, as far as it was unpacked,`
      : english`the image, in which nothing is known that could be left out,`;
    throw tooSmall(question, source.bytes - limit, what, null);
  }
  const inTheWay = occupants
    .filter(({ end }) => end > limit)
    .toSorted((left, right) => right.end - left.end);
  const tailEnd = await endOfTail({
    image: source.view,
    map: source.map,
    cardBytes: limit,
    unneeded: unneededOf(question, inTheWay),
  });
  const [farthest] = inTheWay;
  if (tailEnd !== null && tailEnd > (farthest?.end ?? 0)) {
    const what = layout.whole
      ? english`data after the file system`
      : english`data after the last partition`;
    throw tooSmall(question, tailEnd - limit, what, null);
  }
  if (!farthest) return;
  const command = tailEnd === null ? shrinkCommand(layout, inTheWay, limit) : null;
  const isFull = command === null && isTooFull(farthest.partition, limit);
  const what = inTheWayWords(farthest, { hasTableBehind: reserve > 0, isFull });
  throw tooSmall(question, farthest.end - limit, what, command);
}

/** The first copy of a GPT, whose entries may lie anywhere. */
function tableOf({ gpt }: FitQuestion): Occupant[] {
  const entries = gpt?.primary?.entries;
  if (!entries) return [];
  const what = english`the first copy of the partition table`;
  return [{ what, end: entries.offset + entries.bytes, partition: null }];
}

/** Not data "after the last partition": backups of the table, and what lies in a partition (which is in the way itself). */
function unneededOf({ layout, gpt }: FitQuestion, inTheWay: readonly Occupant[]): Range[] {
  return union(
    layout.table.copies,
    gpt ? backupRanges(gpt) : [],
    inTheWay.map(({ end }) => ({ offset: 0, bytes: end })),
  );
}

function tooSmall(
  { source, target }: FitQuestion,
  missingBytes: number,
  what: string,
  command: string | null,
): PiKeepError {
  const facts = { disk: target.disk, image: source.path, missingBytes, what, command };
  return new PiKeepError('TARGET_TOO_SMALL', facts);
}
