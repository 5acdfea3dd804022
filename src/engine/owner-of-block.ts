/** What lies where a card and its image differ, in words a Pi owner can do something with. */

import type { BlockDevice } from './block-device.ts';
import type { Card, CardPartition } from './card.ts';
import type { Range } from './chunks.ts';
import { beyondMounting } from './compare-fat.ts';
import { intersect, invert, shift, union } from './extents.ts';
import type { Labelled } from './labels.ts';
import { nameExt } from './owner-of-block-ext.ts';
import { nameFat } from './owner-of-block-fat.ts';
import { windowOf } from './window.ts';

/** A place where the card is not as the image: `what` lies there, on that partition of the table. */
export interface Difference extends Labelled {
  /** Null outside of all partitions, and on a card without a partition table. */
  readonly partition: number | null;
}

export interface NamedDifferences {
  /** In ascending order. */
  readonly differences: readonly Difference[];
  /** Every difference lies in a FAT volume that was proven to be the same but for what mounting writes. */
  readonly onlyMounting: boolean;
}

export interface OwnerOptions {
  readonly image: BlockDevice;
  /** Null: nothing is compared, and whatever lies in the ranges is named. */
  readonly card: BlockDevice | null;
  /** What `readCard` says of the image: its map is what was compared. */
  readonly layout: Card;
  /** All that differs: sorted, disjoint. */
  readonly ranges: readonly Range[];
  readonly signal?: AbortSignal | undefined;
}

/** Names every range, on an image what lies there, against a card what differs. Device errors and INTERRUPTED pass through. */
export async function nameDifferences(options: OwnerOptions): Promise<NamedDifferences> {
  const { layout, ranges } = options;
  const found: Difference[] = [];
  let rest = [...ranges];
  let onlyMounting = true;
  for (const part of layout.partitions) {
    const own = [{ offset: part.offset, bytes: part.bytes }];
    const inside = intersect(rest, own);
    if (inside.length === 0) continue;
    rest = intersect(rest, invert(own, Number.MAX_SAFE_INTEGER));
    const { differences, proven } = await namePartition(options, part, inside);
    found.push(...differences);
    onlyMounting &&= proven;
  }
  found.push(...nameOutside(layout, rest));
  const differences = found.toSorted((left, right) => left.offset - right.offset);
  return { differences, onlyMounting: onlyMounting && rest.length === 0 };
}

async function namePartition(
  { image, card, layout, signal }: OwnerOptions,
  part: CardPartition,
  inside: readonly Range[],
): Promise<{ differences: Difference[]; proven: boolean }> {
  const ranges = shift(inside, -part.offset);
  const was = windowOf(image, part.offset, part.bytes);
  const is = card && windowOf(card, part.offset, part.bytes);
  let named: Labelled[];
  let proven = false;
  if (part.fat) {
    named = await nameFat(was, is, ranges);
    proven = is !== null && (await beyondMounting(was, is, ranges)) === null;
  } else if (part.ext) {
    named = await nameExt(was, is, ranges, signal);
  } else {
    const what = part.fileSystem === null ? 'its content' : `${part.fileSystem} content`;
    named = ranges.map((range) => ({ ...range, what, mounting: false }));
  }
  const partition = layout.table.scheme === 'none' ? null : part.index;
  const differences = named.map((one) => ({
    ...one,
    offset: one.offset + part.offset,
    partition,
    mounting: proven || one.mounting,
  }));
  return { differences, proven };
}

/** Boot sector with the table, copies of the table, and the gaps. */
function nameOutside({ table, partitions }: Card, ranges: readonly Range[]): Difference[] {
  const head = { offset: 0, bytes: table.scheme === 'gpt' ? GPT_HEAD_BYTES : 512 };
  const tables = union([head], table.copies);
  const end = Math.max(0, ...partitions.map(({ offset, bytes }) => offset + bytes));
  const name = (set: readonly Range[], what: (offset: number) => string): Difference[] =>
    set.map((range) => ({
      ...range,
      what: what(range.offset),
      partition: null,
      mounting: false,
    }));
  return [
    ...name(intersect(ranges, tables), () => 'partition table'),
    ...name(intersect(ranges, invert(tables, Number.MAX_SAFE_INTEGER)), (offset) =>
      offset < end ? 'space between the partitions' : 'space after the last partition',
    ),
  ];
}

/** Protective MBR, header and 128 entries, in sectors of 512 bytes (UEFI 2.10, section 5.3). */
const GPT_HEAD_BYTES = 34 * 512;
