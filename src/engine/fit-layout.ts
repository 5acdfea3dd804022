/** What of an image has to be on a card, and where each thing ends: partitions, and the file systems on them. */

import { english } from '../language/english.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { COMPAT, INCOMPAT } from './ext-features.ts';
import {
  type ExtSuperblock,
  parseSuperblock,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
} from './ext-superblock.ts';
import { readGeometry } from './fat-geometry.ts';
import { looksLikeFat, signaturesIn } from './file-system.ts';
import { type PartitionTable, readPartitionTable } from './partitions.ts';
import type { TablePartition } from './table-partition.ts';

export interface LayoutPartition extends TablePartition {
  /** A file system whose own length is known. */
  readonly fileSystem: FoundFileSystem | null;
}

export interface FoundFileSystem {
  /** "ext4" (it has extents), "ext3" (a journal), "ext2", "FAT". */
  readonly name: string;
  /** Bytes that it says it has. */
  readonly bytes: number;
  /** Bytes of it in use, as its superblock counts them; null where it keeps no count. */
  readonly usedBytes: number | null;
}

export interface Layout {
  readonly table: PartitionTable;
  /** In the order of the table; the container of logical partitions is among them. */
  readonly partitions: readonly LayoutPartition[];
  /** Without a partition table: the file system that starts at the first byte. */
  readonly whole: FoundFileSystem | null;
}

/** Something that has to end before the end of the card. */
export interface Occupant {
  /** For a sentence: "the Linux partition (number 2)". */
  readonly what: string;
  /** Bytes from the start of the card. */
  readonly end: number;
  readonly partition: LayoutPartition | null;
}

/** Only the table, and the superblocks at the starts of partitions, are read. Device errors pass through. */
export async function readLayout(image: BlockDevice): Promise<Layout> {
  const table = await readPartitionTable(image);
  const partitions: LayoutPartition[] = [];
  for (const part of table.partitions) {
    const fileSystem = part.kind === 'extended' ? null : await fileSystemAt(image, part.offset);
    partitions.push({ ...part, fileSystem });
  }
  const whole = table.scheme === 'none' ? await fileSystemAt(image, 0) : null;
  return { table, partitions, whole };
}

/** Everything with an end of its own; empty where neither a table nor a file system is known. */
export function occupantsOf({ partitions, whole }: Layout): Occupant[] {
  if (whole)
    return [{ what: english`the ${whole.name} file system`, end: whole.bytes, partition: null }];
  return partitions.flatMap((part) => {
    const own = { what: partitionWords(part), end: part.offset + part.bytes, partition: part };
    if (!part.fileSystem || part.fileSystem.bytes <= part.bytes) return [own];
    const what = english`the ${part.fileSystem.name} file system on partition ${part.index}`;
    return [own, { what, end: part.offset + part.fileSystem.bytes, partition: part }];
  });
}

/** "the Linux partition (number 2)". */
export function partitionWords({ kind, index }: TablePartition): string {
  switch (kind) {
    case 'fat':
      return english`the FAT partition (number ${index})`;
    case 'linux':
      return english`the Linux partition (number ${index})`;
    case 'linux-swap':
      return english`the swap partition (number ${index})`;
    case 'linux-lvm':
      return english`the LVM partition (number ${index})`;
    case 'efi-system':
      return english`the EFI partition (number ${index})`;
    case 'extended':
      return english`the extended partition (number ${index})`;
    default:
      return english`the partition (number ${index})`;
  }
}

/**
 * 512 or 4096: in which sectors the table of an image counts. A plain file does not say it; the table and the file systems
 * where it says that partitions begin do. `likely` where they leave it open.
 */
export async function sectorSizeOf(
  withSectors: (sectorSize: number) => BlockDevice,
  likely: number,
): Promise<number> {
  let best = { sectorSize: likely, found: 0 };
  for (const sectorSize of new Set([likely, 512, 4096])) {
    const { table, partitions } = await readLayout(withSectors(sectorSize));
    // A GPT is under a checksum, and its header lies in the second sector, whatever that is.
    if (table.scheme === 'gpt') return sectorSize;
    const found = partitions.filter(({ fileSystem }) => fileSystem !== null).length;
    if (found > best.found) best = { sectorSize, found };
  }
  return best.sectorSize;
}

/** Two signatures mean that one is a leftover: then nothing is known. */
async function fileSystemAt(image: BlockDevice, offset: number): Promise<FoundFileSystem | null> {
  const head = new ByteReader(await readUpTo(image, offset, SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES));
  const found = signaturesIn(head);
  if (found.length > 1) return null;
  return found[0] === 'ext' ? extIn(head) : found[0] === 'fat' ? fatIn(head) : null;
}

function extIn(head: ByteReader): FoundFileSystem | null {
  const bytes = head.slice(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES);
  const superblock = parseSuperblock(bytes);
  // What is not under its own checksum may say anything; Linux does not mount it either.
  if (!superblock?.checksumOk) return null;
  const { blocks, blockBytes, features } = superblock;
  const is64 = (features.incompat & INCOMPAT.is64Bit) !== 0;
  const raw = new ByteReader(bytes);
  const free = raw.u32(0x0c) + (is64 ? raw.u32(0x158) * 2 ** 32 : 0);
  const usedBytes = free > blocks ? null : (blocks - free) * blockBytes;
  return { name: extName(superblock), bytes: blocks * blockBytes, usedBytes };
}

function extName({ features }: ExtSuperblock): string {
  if ((features.incompat & INCOMPAT.extents) !== 0) return 'ext4';
  return (features.compat & COMPAT.hasJournal) === 0 ? 'ext2' : 'ext3';
}

function fatIn(head: ByteReader): FoundFileSystem | null {
  try {
    const geometry = looksLikeFat(head) ? readGeometry(head) : null;
    return geometry && { name: 'FAT', bytes: geometry.bytes, usedBytes: null };
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
