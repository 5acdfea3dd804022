/** Where an ext file system keeps its groups, and whether the numbers of its superblock can be true at all. */

import { english } from '../language/english.ts';
import { COMPAT, RO_COMPAT } from './ext-features.ts';
import type { ExtSuperblock } from './ext-superblock.ts';

/** 16 TiB with 4 KiB blocks. Keeps the memory for a map bounded, whatever a superblock claims. */
const MAX_GROUPS = 2 ** 17;

/** Why the numbers cannot be true; null when they can. Completes "copied whole, because ...". */
export function geometryTrouble(superblock: ExtSuperblock, windowBytes: number): string | null {
  const { blockBytes, blocks, firstDataBlock, clusterBlocks, blocksPerGroup } = superblock;
  const { clustersPerGroup, inodesPerGroup, inodes, descriptorBytes, revision } = superblock;
  const nonsense = english`the numbers in its superblock contradict each other`;
  if (!superblock.checksumOk) return english`its superblock's checksum is wrong`;
  if (blocks * blockBytes > windowBytes) return english`it is larger than its partition`;
  if (revision > 1) return english`it is of a revision PiKeep does not know (${revision})`;
  const { compat, incompat, roCompat } = superblock.features;
  if (revision === 0 && (compat | incompat | roCompat) !== 0) return nonsense;
  const startsAt = blockBytes === 1024 && clusterBlocks === 1 ? 1 : 0;
  if (firstDataBlock !== startsAt || blocks <= firstDataBlock) return nonsense;
  const bitsInBlock = blockBytes * 8;
  if (
    blocksPerGroup !== clustersPerGroup * clusterBlocks ||
    clustersPerGroup > bitsInBlock ||
    clustersPerGroup % 8 !== 0 ||
    inodesPerGroup > bitsInBlock ||
    !isPowerOfTwo(descriptorBytes) ||
    descriptorBytes > blockBytes
  ) {
    return nonsense;
  }
  const groups = groupCount(superblock);
  if (inodes !== inodesPerGroup * groups) return nonsense;
  if (groups > MAX_GROUPS) return english`it has too many block groups`;
  const descriptorBlocks = Math.ceil(groups / descriptorsPerBlock(superblock));
  if (superblock.metaBg && superblock.firstMetaBg > descriptorBlocks) return nonsense;
  return null;
}

export function groupCount({ blocks, firstDataBlock, blocksPerGroup }: ExtSuperblock): number {
  return Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
}

export function descriptorsPerBlock({ blockBytes, descriptorBytes }: ExtSuperblock): number {
  return blockBytes / descriptorBytes;
}

export function firstBlockOf({ firstDataBlock, blocksPerGroup }: ExtSuperblock, group: number) {
  return firstDataBlock + group * blocksPerGroup;
}

/** Blocks in a group; the last one is often short. */
export function blocksIn(superblock: ExtSuperblock, group: number): number {
  const { blocks, blocksPerGroup } = superblock;
  return Math.min(blocksPerGroup, blocks - firstBlockOf(superblock, group));
}

/** Whether a group starts with a copy of the superblock (sparse_super, sparse_super2, or every group). */
export function hasSuperblock(superblock: ExtSuperblock, group: number): boolean {
  if (group === 0) return true;
  const { compat, roCompat } = superblock.features;
  if (compat & COMPAT.sparseSuper2) return superblock.backupGroups.includes(group);
  if (group === 1 || (roCompat & RO_COMPAT.sparseSuper) === 0) return true;
  return isPowerOf(3, group) || isPowerOf(5, group) || isPowerOf(7, group);
}

/** The block of a descriptor block in the primary table: behind the superblock, or with meta_bg where it belongs to. */
export function descriptorBlockAt(superblock: ExtSuperblock, index: number): number {
  const { blockBytes, firstDataBlock, metaBg, firstMetaBg } = superblock;
  if (!metaBg || index < firstMetaBg) return (blockBytes === 1024 ? 1 : 0) + 1 + index;
  const group = index * descriptorsPerBlock(superblock);
  // With 1 KiB blocks that are counted from 0 (bigalloc) the superblock is in the second block of the first group.
  const boot = blockBytes === 1024 && group === 0 && firstDataBlock === 0 ? 1 : 0;
  return firstBlockOf(superblock, group) + boot + (hasSuperblock(superblock, group) ? 1 : 0);
}

/** Blocks at the head of a group that hold copies of superblock and descriptors, and the room kept for more of them. */
export function headBlocks(superblock: ExtSuperblock, group: number): number {
  const { blockBytes, firstDataBlock, metaBg, firstMetaBg } = superblock;
  const perBlock = descriptorsPerBlock(superblock);
  const copy = hasSuperblock(superblock, group);
  const boot = group === 0 && blockBytes === 1024 && firstDataBlock === 0 ? 1 : 0;
  const own = boot + (copy ? 1 : 0);
  const index = Math.floor(group / perBlock);
  let descriptors = 0;
  if (metaBg && index >= firstMetaBg) {
    const place = group % perBlock;
    descriptors = place === 0 || place === 1 || place === perBlock - 1 ? 1 : 0;
  } else if (copy) {
    descriptors = metaBg
      ? firstMetaBg
      : Math.ceil(groupCount(superblock) / perBlock) + superblock.reservedDescriptorBlocks;
  }
  return Math.min(own + descriptors, blocksIn(superblock, group));
}

function isPowerOf(base: number, value: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
