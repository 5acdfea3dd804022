/** The block bitmaps of ext2/3/4 as runs of used blocks (Linux Documentation/filesystems/ext4/bitmaps.rst). */

import type { BlockDevice } from './block-device.ts';
import { crc32c } from './crc32c.ts';
import { headBlocks } from './ext-geometry.ts';
import { type ExtGroup, type ExtGroups, inodeTableBlocks } from './ext-groups.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import { NotUnderstood } from './not-understood.ts';
import { RunCollector } from './run-collector.ts';

/** A group's bitmap as it was read; null for a group whose bitmap was never written. */
interface GroupBitmap {
  readonly group: ExtGroup;
  readonly bits: Uint8Array | null;
}

export interface BitmapOptions {
  /** What happens to a group that is not right: the whole map fails, or the group counts as free. */
  readonly onTrouble: 'fail' | 'skip';
  /** Groups to leave out. */
  readonly skip?: (group: ExtGroup) => boolean;
}

/** Bytes fetched at a time. flex_bg keeps the bitmaps of many groups side by side; a slow reader is asked once for all. */
const BATCH_BYTES = 1024 * 1024;

/** Every used block of the file system, ascending, whole clusters with bigalloc. */
export async function readUsedBlocks(
  device: BlockDevice,
  superblock: ExtSuperblock,
  groups: ExtGroups,
  options: BitmapOptions,
): Promise<RunCollector> {
  const used = new RunCollector();
  for await (const { group, bits } of readBitmaps(device, superblock, groups, options)) {
    const map = bits ?? ownBitmap(superblock, group);
    const trouble = bitmapTrouble(superblock, group, bits, map);
    if (trouble && options.onTrouble === 'fail') throw new NotUnderstood(trouble);
    if (!trouble || trouble === COUNT_TROUBLE) addRuns(used, superblock, group, map);
  }
  return used;
}

/**
 * Throws NotUnderstood unless every group has a block bitmap of its own and the bitmaps call all of the file system's own
 * metadata used: without checksums, that is what gives a misled descriptor away.
 */
export function checkMetadata(
  superblock: ExtSuperblock,
  groups: ExtGroups,
  used: RunCollector,
): void {
  const tableBlocks = inodeTableBlocks(superblock);
  const bitmaps = new Float64Array(groups.count);
  for (let index = 0; index < groups.count; index++) {
    const group = groups.group(index);
    bitmaps[index] = group.blockBitmap;
    const { firstBlock, blockBitmap, inodeBitmap, inodeTable } = group;
    const head = headBlocks(superblock, index);
    const marked =
      (head === 0 || used.has(firstBlock, firstBlock + head)) &&
      used.has(blockBitmap, blockBitmap + 1) &&
      used.has(inodeBitmap, inodeBitmap + 1) &&
      used.has(inodeTable, inodeTable + tableBlocks);
    if (!marked) {
      throw new NotUnderstood(`the metadata of block group ${index} is not marked as used`);
    }
  }
  bitmaps.sort();
  if (bitmaps.some((block, index) => index > 0 && block === bitmaps[index - 1])) {
    throw new NotUnderstood('two block groups claim the same bitmap');
  }
}

async function* readBitmaps(
  device: BlockDevice,
  superblock: ExtSuperblock,
  groups: ExtGroups,
  { onTrouble, skip }: BitmapOptions,
): AsyncGenerator<GroupBitmap> {
  const { blockBytes, clustersPerGroup } = superblock;
  const batchBlocks = Math.max(1, BATCH_BYTES / blockBytes);
  let batch: ExtGroup[] = [];
  let first = 0;
  let end = 0;
  let buffer = new Uint8Array(0);
  const flush = async function* (): AsyncGenerator<GroupBitmap> {
    const bytes = (end - first) * blockBytes;
    if (buffer.length < bytes) buffer = new Uint8Array(bytes);
    if (bytes > 0) await device.read(buffer.subarray(0, bytes), first * blockBytes);
    for (const group of batch) {
      const at = (group.blockBitmap - first) * blockBytes;
      const bits = group.uninitialised ? null : buffer.subarray(at, at + clustersPerGroup / 8);
      yield { group, bits };
    }
    batch = [];
    first = 0;
    end = 0;
  };
  for (let index = 0; index < groups.count; index++) {
    const group = groups.group(index);
    if (!group.ok) {
      if (onTrouble === 'skip') continue;
      throw new NotUnderstood(`the descriptor of block group ${index} is damaged`);
    }
    if (skip?.(group)) continue;
    if (group.uninitialised) {
      // Costs no read, but has to come in its turn.
      batch.push(group);
      continue;
    }
    const low = end === 0 ? group.blockBitmap : Math.min(first, group.blockBitmap);
    const high = Math.max(end, group.blockBitmap + 1);
    if (end > 0 && high - low > batchBlocks) {
      yield* flush();
      first = group.blockBitmap;
      end = group.blockBitmap + 1;
    } else {
      first = low;
      end = high;
    }
    batch.push(group);
  }
  yield* flush();
}

const COUNT_TROUBLE = 'a block bitmap and its descriptor disagree about what is free';

/** Null when checksum and number of free clusters are right. */
function bitmapTrouble(
  superblock: ExtSuperblock,
  group: ExtGroup,
  stored: Uint8Array | null,
  map: Uint8Array,
): string | null {
  const expected = group.bitmapChecksum;
  if (stored && expected) {
    const found = crc32c(stored, superblock.checksumSeed);
    if ((expected.bits === 16 ? found & 0xffff : found) !== expected.value) {
      return `the checksum of the block bitmap of group ${group.index} is wrong`;
    }
  }
  const clusters = Math.ceil(group.blocks / superblock.clusterBlocks);
  return clusters - countSet(map, clusters) === group.freeClusters ? null : COUNT_TROUBLE;
}

/** What a bitmap that was never written would say: only the group's own metadata, as far as it lies inside the group. */
function ownBitmap(superblock: ExtSuperblock, group: ExtGroup): Uint8Array {
  const map = new Uint8Array(superblock.clustersPerGroup / 8);
  const mark = (start: number, count: number): void => {
    const low = Math.max(0, start - group.firstBlock);
    const high = Math.min(group.blocks, start + count - group.firstBlock);
    if (low >= high) return;
    const lastCluster = Math.floor((high - 1) / superblock.clusterBlocks);
    for (let cluster = Math.floor(low / superblock.clusterBlocks); cluster <= lastCluster; ) {
      map[cluster >>> 3] = (map[cluster >>> 3] ?? 0) | (1 << (cluster & 7));
      cluster++;
    }
  };
  mark(group.firstBlock, headBlocks(superblock, group.index));
  mark(group.blockBitmap, 1);
  mark(group.inodeBitmap, 1);
  mark(group.inodeTable, inodeTableBlocks(superblock));
  return map;
}

function countSet(map: Uint8Array, bits: number): number {
  let count = 0;
  const whole = bits >>> 3;
  for (let at = 0; at < whole; at++) count += bitsSet[map[at] ?? 0] ?? 0;
  const rest = bits & 7;
  if (rest > 0) count += bitsSet[(map[whole] ?? 0) & ((1 << rest) - 1)] ?? 0;
  return count;
}

const bitsSet = Uint8Array.from({ length: 256 }, (_, value) => {
  let count = 0;
  for (let left = value; left > 0; left >>>= 1) count += left & 1;
  return count;
});

/** Bits in order from the lowest of each byte; bits behind the group's end mean nothing. */
function addRuns(
  used: RunCollector,
  { clusterBlocks }: ExtSuperblock,
  { firstBlock, blocks }: ExtGroup,
  map: Uint8Array,
): void {
  const clusters = Math.ceil(blocks / clusterBlocks);
  const end = firstBlock + blocks;
  let start = -1;
  for (let cluster = 0; cluster < clusters; ) {
    const byte = map[cluster >>> 3] ?? 0;
    const uniform = start < 0 ? 0 : 255;
    if ((cluster & 7) === 0 && byte === uniform) {
      cluster += 8;
      continue;
    }
    const set = (byte & (1 << (cluster & 7))) !== 0;
    if (set && start < 0) start = cluster;
    if (!set && start >= 0) {
      used.add(firstBlock + start * clusterBlocks, firstBlock + cluster * clusterBlocks);
      start = -1;
    }
    cluster++;
  }
  if (start >= 0) used.add(firstBlock + start * clusterBlocks, end);
}
