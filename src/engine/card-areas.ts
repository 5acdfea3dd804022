/**
 * What lies where on a card, as far as going on with its backup has to know: which places must be read again in full before
 * two halves that were copied at different times can be one backup.
 */

import type { BlockDevice } from './block-device.ts';
import { readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import type { Card } from './card.ts';
import type { Range } from './chunks.ts';
import { isPiKeepError } from './errors.ts';
import { geometryTrouble, headBlocks } from './ext-geometry.ts';
import { inodeTableBlocks, readGroups } from './ext-groups.ts';
import { parseSuperblock, SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from './ext-superblock.ts';
import { intersect, invert, shift, toExtents, union } from './extents.ts';
import { readJournal } from './journal.ts';
import type { PartitionUse } from './used-map.ts';
import { windowOf } from './window.ts';

export interface CardAreas {
  /**
   * Content of files and folders in ext file systems that are understood. It does not change without a trace in the
   * structures of its file system.
   */
  readonly files: readonly Range[];
  /** Those structures: superblocks, descriptors, bitmaps, inode tables, the journal. */
  readonly structures: readonly Range[];
  /** FAT file systems, which every computer writes to as soon as it sees them. */
  readonly fat: readonly Range[];
}

/** Everything in none of the areas counts as unknown, and so does an ext file system that is odd in any way. */
export async function readCardAreas(
  device: BlockDevice,
  card: Card,
  uses: readonly PartitionUse[],
): Promise<CardAreas> {
  const files: Range[][] = [];
  const structures: Range[][] = [];
  for (const part of card.partitions) {
    const isUnderstood = uses.some(
      ({ index, strategy }) => index === part.index && strategy === 'used',
    );
    if (!part.ext || !isUnderstood) continue;
    const areas = await readExtAreas(windowOf(device, part.offset, part.bytes));
    files.push(shift(areas.files, part.offset));
    structures.push(shift(areas.structures, part.offset));
  }
  return { files: union(...files), structures: union(...structures), fat: fatAreas(device, card) };
}

export function fatAreas({ size }: Pick<BlockDevice, 'size'>, { partitions }: Card): Range[] {
  const fat = partitions.filter((part) => part.fat !== null && part.offset < size);
  return toExtents(
    fat.map(({ offset, bytes }) => ({ offset, bytes: Math.min(bytes, size - offset) })),
  );
}

async function readExtAreas(
  window: BlockDevice,
): Promise<{ files: readonly Range[]; structures: readonly Range[] }> {
  try {
    const structures = await readStructures(window);
    if (!structures) return { files: [], structures: [] };
    const whole = [{ offset: 0, bytes: structures.bytes }];
    const files = intersect(invert(structures.ranges, structures.bytes), whole);
    return { files, structures: structures.ranges };
  } catch (error) {
    if (error instanceof MalformedBytes || isPiKeepError(error, 'READ_FAILED')) {
      return { files: [], structures: [] };
    }
    throw error;
  }
}

/** As the file system lies on the card, whatever waits in its journal. */
async function readStructures(
  window: BlockDevice,
): Promise<{ bytes: number; ranges: Range[] } | null> {
  const superblock = parseSuperblock(await readUpTo(window, SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES));
  if (!superblock || geometryTrouble(superblock, window.size)) return null;
  const groups = await readGroups(window, superblock);
  const { runs } = await readJournal(window, superblock, groups);
  const { blockBytes, blocks, firstDataBlock, protectionBlock } = superblock;
  const ranges: Range[] = [];
  const add = (block: number, count: number): void => {
    ranges.push({ offset: block * blockBytes, bytes: count * blockBytes });
  };
  add(0, firstDataBlock + 1);
  if (protectionBlock > 0 && protectionBlock < blocks) add(protectionBlock, 1);
  const tableBlocks = inodeTableBlocks(superblock);
  for (let index = 0; index < groups.count; index++) {
    const group = groups.group(index);
    if (!group.ok) return null;
    add(group.firstBlock, headBlocks(superblock, index));
    add(group.blockBitmap, 1);
    add(group.inodeBitmap, 1);
    add(group.inodeTable, tableBlocks);
  }
  for (const { block, count } of runs) add(block, count);
  return { bytes: blocks * blockBytes, ranges: toExtents(ranges) };
}
