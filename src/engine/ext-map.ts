/**
 * Which blocks an ext2, ext3 or ext4 file system uses, from its own block bitmaps, seen through its journal. Everything is
 * verified that carries a checksum or is told twice; whatever is odd makes the map "whole" (invariant 4).
 */

import { english } from '../language/english.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import type { Range } from './chunks.ts';
import { checkMetadata, readUsedBlocks } from './ext-bitmaps.ts';
import { COMPAT, featureTrouble } from './ext-features.ts';
import { geometryTrouble } from './ext-geometry.ts';
import { type ExtGroups, readGroups } from './ext-groups.ts';
import {
  type ExtSuperblock,
  parseSuperblock,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
} from './ext-superblock.ts';
import { union } from './extents.ts';
import type { FileSystemMap } from './file-system-map.ts';
import { type Journal, readJournal } from './journal.ts';
import { mapOrWhole, NotUnderstood } from './not-understood.ts';
import { type Overlay, overlayDevice } from './overlay.ts';
import type { RunCollector } from './run-collector.ts';

/**
 * The map of the file system at the start of `window`. Device errors other than READ_FAILED pass through. Reads grow with
 * the metadata, memory is bounded.
 */
export function mapExt(window: BlockDevice): Promise<FileSystemMap> {
  return mapOrWhole(() => readMap(window));
}

/**
 * The device as it will look once the journal has been replayed: for reading files. `window` itself when there is nothing
 * to replay; null when there is, but it is not understood. Device errors pass through.
 */
export async function replayedView(window: BlockDevice): Promise<BlockDevice | null> {
  const view = await tryReplay(window);
  return typeof view === 'string' ? null : view;
}

/** The same, but the reason instead of null: completes "..., because ...". */
export async function tryReplay(window: BlockDevice): Promise<BlockDevice | string> {
  try {
    const { superblock, groups } = await readShape(window, window.size);
    const { overlay } = await readJournal(window, superblock, groups);
    return overlay ? overlayDevice(window, overlay) : window;
  } catch (error) {
    if (error instanceof MalformedBytes) return error.message;
    throw error;
  }
}

interface Volume {
  readonly device: BlockDevice;
  readonly superblock: ExtSuperblock;
  readonly groups: ExtGroups;
}

async function readMap(window: BlockDevice): Promise<FileSystemMap> {
  const before = await readVolume(window, window.size);
  const journal = await readJournal(window, before.superblock, before.groups);
  const after = await replay(before, journal.overlay);
  const { superblock } = after;
  const { blockBytes } = superblock;
  const used = await readUsedBlocks(after.device, superblock, after.groups, { onTrouble: 'fail' });
  checkMetadata(superblock, after.groups, used);
  const parts = [used.ranges(blockBytes), outsideBitmaps(superblock)];
  parts.push(
    journal.runs.map(({ block, count }) => ({
      offset: block * blockBytes,
      bytes: count * blockBytes,
    })),
  );
  if (journal.overlay) parts.push(await usedBefore(before, after, journal.overlay));
  if (journal.beyond) parts.push(await usedBeyond(before, journal.beyond));
  return {
    strategy: 'used',
    bytes: superblock.blocks * blockBytes,
    used: union(...parts),
    usedBytes: (used.blocks + superblock.firstDataBlock) * blockBytes,
    journal: journal.state === 'none' ? null : journal.state,
    notes: [...journal.notes, ...notesOf(used, journal)],
  };
}

async function readVolume(device: BlockDevice, windowBytes: number): Promise<Volume> {
  const volume = await readShape(device, windowBytes);
  const trouble = stateTrouble(volume.superblock);
  if (trouble) throw new NotUnderstood(trouble);
  return volume;
}

/** Whatever was noted about its state: for files and the journal that does not matter, for bitmaps it does. */
async function readShape(device: BlockDevice, windowBytes: number): Promise<Volume> {
  const superblock = parseSuperblock(await readUpTo(device, SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES));
  if (!superblock) throw new NotUnderstood(english`its superblock makes no sense`);
  const trouble = featureTrouble(superblock.features) ?? geometryTrouble(superblock, windowBytes);
  if (trouble) throw new NotUnderstood(trouble);
  return { device, superblock, groups: await readGroups(device, superblock) };
}

/** Why the bitmaps may be behind the files; null when they are not. */
function stateTrouble({ state, features }: ExtSuperblock): string | null {
  if (state & 2) return english`errors were noted in it; a file system check is due`;
  if (state & 0x20) return english`the replay of fast commits was interrupted`;
  if (state & 1) return null;
  return features.compat & COMPAT.hasJournal
    ? english`it is marked as unchecked; a file system check is due`
    : english`it has no journal and was not unmounted`;
}

/** The file system as it will be after the journal's replay, which may even have made it larger. */
async function replay(before: Volume, overlay: Overlay | null): Promise<Volume> {
  if (!overlay) return before;
  const device = overlayDevice(before.device, overlay);
  const after = await readVolume(device, device.size);
  const { blocks, blockBytes, firstDataBlock, blocksPerGroup } = after.superblock;
  const same =
    blockBytes === before.superblock.blockBytes &&
    firstDataBlock === before.superblock.firstDataBlock &&
    blocksPerGroup === before.superblock.blocksPerGroup &&
    blocks >= before.superblock.blocks;
  if (!same) throw new NotUnderstood(english`its journal changes the shape of the file system`);
  for (const block of overlay.blocks.keys()) {
    if (block >= blocks)
      throw new NotUnderstood(english`its journal names blocks that do not exist`);
  }
  return after;
}

/**
 * What the bitmaps on the card itself call used, where they can be read: they lag, and their checksums with them. Only
 * groups whose bitmap is not the same as after the replay are looked at.
 */
async function usedBefore(before: Volume, after: Volume, overlay: Overlay): Promise<Range[]> {
  const used = await readUsedBlocks(before.device, before.superblock, before.groups, {
    onTrouble: 'skip',
    skip: (group) => {
      const later = after.groups.group(group.index);
      return (
        later.blockBitmap === group.blockBitmap &&
        later.uninitialised === group.uninitialised &&
        !overlay.blocks.has(group.blockBitmap)
      );
    },
  });
  return used.ranges(before.superblock.blockBytes);
}

/** What transactions behind a damaged commit would call used, as far as it can be read. */
async function usedBeyond(before: Volume, beyond: Overlay): Promise<Range[]> {
  const device = overlayDevice(before.device, beyond);
  try {
    const { superblock, groups } = await readVolume(device, device.size);
    const used = await readUsedBlocks(device, superblock, groups, { onTrouble: 'skip' });
    return used.ranges(superblock.blockBytes);
  } catch (error) {
    if (error instanceof NotUnderstood) {
      throw new NotUnderstood(english`its journal is damaged, and what lies behind makes no sense`);
    }
    throw error;
  }
}

/** What no bitmap covers, or need not: the boot block in front of 1 KiB blocks, and multiple-mount protection. */
function outsideBitmaps(superblock: ExtSuperblock): Range[] {
  const { blocks, blockBytes, firstDataBlock, protectionBlock } = superblock;
  const ranges = [{ offset: 0, bytes: firstDataBlock * blockBytes }];
  if (protectionBlock > firstDataBlock && protectionBlock < blocks) {
    ranges.push({ offset: protectionBlock * blockBytes, bytes: blockBytes });
  }
  return ranges;
}

function notesOf(used: RunCollector, { overlay }: Journal): string[] {
  const notes: string[] = [];
  if (overlay) {
    notes.push(
      english`The card was not shut down properly: ${overlay.blocks.size} blocks of changes wait in its journal and are taken into account.`,
    );
  }
  if (used.coarse)
    notes.push(english`The free space lies in very many pieces; the smallest are copied too.`);
  return notes;
}
