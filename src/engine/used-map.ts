/**
 * The map of a card: which bytes have to be copied. Unknown is used (invariant 4): a range is left out only where a file
 * system that was fully understood proves it free, or behind the last partition where nothing known lies.
 */

import { english } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import type { Card, CardPartition } from './card.ts';
import { MAP_ALIGNMENT, type Range, totalBytes } from './chunks.ts';
import { isPiKeepError } from './errors.ts';
import { mapExt } from './ext-map.ts';
import { intersect, invert, roundOutwards, shift, union } from './extents.ts';
import { mapFat } from './fat-map.ts';
import { probeFileSystems } from './file-system.ts';
import type { FileSystemMap } from './file-system-map.ts';
import { mapOrWhole } from './not-understood.ts';
import { signatureInTail } from './tail.ts';
import { windowOf } from './window.ts';

/** What becomes of one partition, for the manifest and for showing. */
export interface PartitionUse {
  readonly index: number;
  readonly strategy: 'used' | 'whole';
  /** Why it is copied whole; null with strategy "used". */
  readonly reason: string | null;
  /** What its file system calls used; null where nobody knows. */
  readonly usedBytes: number | null;
  /** State of the journal, where there is one. */
  readonly journal: string | null;
}

export interface UsedMap {
  /** Sorted, disjoint, on multiples of 4096 bytes except at the end of the card. */
  readonly ranges: readonly Range[];
  /** Sum of `ranges`. */
  readonly bytes: number;
  readonly partitions: readonly PartitionUse[];
  /** In words, for the manifest. */
  readonly notes: readonly string[];
}

/** Reading over a gap as small as this costs a card less than a second request. */
const GAP_BYTES = 64 * 1024;

/**
 * Whatever is odd about the content, or cannot be read, makes the map larger; other device errors pass through. `holes` are
 * places that could not be read for `card`: where they lie outside of its partitions, there may be more partitions.
 */
export async function mapUsed(
  device: BlockDevice,
  card: Card,
  holes: readonly Range[] = [],
): Promise<UsedMap> {
  const parts = card.partitions;
  const pieces: Range[][] = [];
  const partitions: PartitionUse[] = [];
  const notes: string[] = [];
  for (const part of parts) {
    const { map, use } = await mapPartition(device, part, parts);
    partitions.push(use);
    pieces.push(map);
    notes.push(...use.notes.map((note) => `Partition ${part.index}: ${note}`));
  }
  const outside = await mapOutside(device, card, holes);
  notes.push(...outside.notes);
  const ranges = roundOutwards(
    union(...pieces, outside.ranges),
    MAP_ALIGNMENT,
    device.size,
    GAP_BYTES,
  );
  return { ranges, bytes: totalBytes(ranges), partitions, notes };
}

/** The same card copied whole, as the user asked; what is known about its partitions stays. */
export function wholeCard(map: UsedMap, bytes: number): UsedMap {
  const partitions = map.partitions.map((use) => ({
    ...use,
    strategy: 'whole' as const,
    reason: use.reason ?? english`the whole card was asked for`,
  }));
  const ranges = [{ offset: 0, bytes }];
  return { ranges, bytes, partitions, notes: [] };
}

type Use = PartitionUse & { readonly notes: readonly string[] };

async function mapPartition(
  device: BlockDevice,
  part: CardPartition,
  all: readonly CardPartition[],
): Promise<{ map: Range[]; use: Use }> {
  const bytes = Math.max(0, Math.min(part.bytes, device.size - part.offset));
  const wholePart = { offset: part.offset, bytes };
  const oddity = oddityOf(part, all, device.size);
  const window = windowOf(device, part.offset, part.bytes);
  const map = oddity ?? (await mapOrWhole(() => mapFileSystem(window)));
  if (map.strategy === 'whole') {
    const { reason } = map;
    const use: Use = {
      index: part.index,
      strategy: 'whole',
      reason,
      usedBytes: null,
      journal: null,
      notes: [],
    };
    return { map: [wholePart], use };
  }
  const behind = { offset: part.offset + map.bytes, bytes: bytes - map.bytes };
  const { usedBytes, journal, notes } = map;
  const use: Use = { index: part.index, strategy: 'used', reason: null, usedBytes, journal, notes };
  return { map: union(shift(map.used, part.offset), [behind]), use };
}

function whole(reason: string): Extract<FileSystemMap, { strategy: 'whole' }> {
  return { strategy: 'whole', reason };
}

function oddityOf(
  part: CardPartition,
  all: readonly CardPartition[],
  diskBytes: number,
): Extract<FileSystemMap, { strategy: 'whole' }> | null {
  const end = part.offset + part.bytes;
  if (end > diskBytes) return whole(english`it ends after the end of the card`);
  const overlaps = all.some(
    (other) => other !== part && other.offset < end && part.offset < other.offset + other.bytes,
  );
  return overlaps ? whole(english`it overlaps another partition`) : null;
}

/** By content, not by type byte; two signatures mean that one of them is a leftover, and nobody knows which. */
async function mapFileSystem(window: BlockDevice): Promise<FileSystemMap> {
  const found = await probeFileSystems(window);
  const [only, second, third] = found;
  if (only === undefined) return whole(english`nothing known was found on it`);
  if (third !== undefined)
    return whole(english`it carries the marks of several file systems: ${found.join(', ')}`);
  if (second !== undefined) return whole(english`it carries the marks of ${only} and ${second}`);
  switch (only) {
    case 'fat':
      return mapFat(window);
    case 'ext':
      return mapExt(window);
    default:
      return whole(english`PiKeep does not read ${only}`);
  }
}

/** Everything before, between and behind the partitions. */
async function mapOutside(
  device: BlockDevice,
  { table, partitions }: Card,
  holes: readonly Range[],
): Promise<{ ranges: Range[]; notes: string[] }> {
  if (table.scheme === 'none') return { ranges: [], notes: [] };
  const inside = union(
    partitions.map(({ offset, bytes }) => ({
      offset,
      bytes: Math.min(bytes, device.size - offset),
    })),
  );
  const gaps = invert(inside, device.size);
  const end = inside.at(-1);
  const tail = gaps.at(-1);
  if (!tail || !end || tail.offset < end.offset) return { ranges: gaps, notes: [] };
  if (intersect(gaps, holes).length > 0) {
    const note = english`The space after the last partition is copied: parts of the table cannot be read.`;
    return { ranges: gaps, notes: [note] };
  }
  const found = await readSignature(device, tail);
  if (found !== null) {
    return {
      ranges: gaps,
      notes: [english`The space after the last partition is copied: ${found}.`],
    };
  }
  const note = english`${tail.bytes} bytes after the last partition carry nothing known and are left out.`;
  return { ranges: union(gaps.slice(0, -1), table.copies), notes: [note] };
}

/** What cannot be read may be anything. */
async function readSignature(device: BlockDevice, tail: Range): Promise<string | null> {
  try {
    return await signatureInTail(device, tail);
  } catch (error) {
    if (!isPiKeepError(error, 'READ_FAILED')) throw error;
    return english`it cannot be read at byte ${error.facts.offset}`;
  }
}
