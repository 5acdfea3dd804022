/** The group descriptors of ext2/3/4 (Linux Documentation/filesystems/ext4/group_descr.rst), checksums verified. */

import type { BlockDevice } from './block-device.ts';
import { ByteReader } from './bytes.ts';
import { crc16 } from './crc16.ts';
import { crc32c, crc32cOfNumber } from './crc32c.ts';
import { RO_COMPAT } from './ext-features.ts';
import {
  blocksIn,
  descriptorBlockAt,
  descriptorsPerBlock,
  firstBlockOf,
  groupCount,
} from './ext-geometry.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import { NotUnderstood } from './not-understood.ts';

export interface ExtGroup {
  readonly index: number;
  readonly firstBlock: number;
  /** Blocks in this group; the last one is often short. */
  readonly blocks: number;
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
  /** In clusters, as the descriptor says. */
  readonly freeClusters: number;
  /** The block bitmap was never written: only the group's own metadata is in use. */
  readonly uninitialised: boolean;
  /** Inodes at the end of the group's table that were never used, so that the table need not even be initialised there. */
  readonly unusedInodes: number;
  /** What the block bitmap's checksum must be; null where the file system keeps none. */
  readonly bitmapChecksum: { readonly value: number; readonly bits: 16 | 32 } | null;
  /** The descriptor's checksum matches (or there is none), and the blocks it names exist. */
  readonly ok: boolean;
}

/** All descriptors as raw bytes (at most 64 a group), each parsed when it is asked for. */
export interface ExtGroups {
  readonly count: number;
  group(index: number): ExtGroup;
}

const MAX_READ_BYTES = 1024 * 1024;
const FLAG_INODE_UNINIT = 0x1;
const FLAG_BLOCK_UNINIT = 0x2;
const CHECKSUM_AT = 0x1e;

/** Reads the primary table. The geometry must have been checked (`geometryTrouble`). */
export async function readGroups(
  device: BlockDevice,
  superblock: ExtSuperblock,
): Promise<ExtGroups> {
  const count = groupCount(superblock);
  const { blockBytes, descriptorBytes } = superblock;
  const tableBlocks = Math.ceil(count / descriptorsPerBlock(superblock));
  const table = new Uint8Array(tableBlocks * blockBytes);
  let index = 0;
  while (index < tableBlocks) {
    const first = descriptorBlockAt(superblock, index);
    let run = 1;
    while (
      index + run < tableBlocks &&
      run < MAX_READ_BYTES / blockBytes &&
      descriptorBlockAt(superblock, index + run) === first + run
    ) {
      run++;
    }
    // With meta_bg the last descriptors may be said to lie behind the end.
    if (first + run > superblock.blocks) {
      throw new NotUnderstood('its group descriptors lie outside of it');
    }
    await device.read(
      table.subarray(index * blockBytes, (index + run) * blockBytes),
      first * blockBytes,
    );
    index += run;
  }
  return {
    count,
    group(group) {
      const at = group * descriptorBytes;
      return parseGroup(superblock, group, table.subarray(at, at + descriptorBytes));
    },
  };
}

export function inodeTableBlocks({ inodesPerGroup, inodeBytes, blockBytes }: ExtSuperblock) {
  return Math.ceil((inodesPerGroup * inodeBytes) / blockBytes);
}

/** One descriptor, from the `descriptorBytes` of it. */
export function parseGroup(superblock: ExtSuperblock, index: number, bytes: Uint8Array): ExtGroup {
  const raw = new ByteReader(bytes);
  const wide = superblock.descriptorBytes >= 64;
  const block = (low: number, high: number): number =>
    raw.u32(low) + (wide ? raw.u32(high) * 2 ** 32 : 0);
  const { roCompat } = superblock.features;
  const metadataChecksums = (roCompat & RO_COMPAT.metadataChecksums) !== 0;
  // Without checksums nobody vouches for the flags, and Linux ignores them.
  const flagsCount = metadataChecksums || (roCompat & RO_COMPAT.descriptorChecksums) !== 0;
  const blockBitmap = block(0x00, 0x20);
  const inodeBitmap = block(0x04, 0x24);
  const inodeTable = block(0x08, 0x28);
  const exist =
    isBlock(superblock, blockBitmap, 1) &&
    isBlock(superblock, inodeBitmap, 1) &&
    isBlock(superblock, inodeTable, inodeTableBlocks(superblock));
  return {
    index,
    firstBlock: firstBlockOf(superblock, index),
    blocks: blocksIn(superblock, index),
    blockBitmap,
    inodeBitmap,
    inodeTable,
    freeClusters: raw.u16(0x0c) + (wide ? raw.u16(0x2c) * 2 ** 16 : 0),
    uninitialised: flagsCount && (raw.u16(0x12) & FLAG_BLOCK_UNINIT) !== 0,
    unusedInodes: !flagsCount
      ? 0
      : (raw.u16(0x12) & FLAG_INODE_UNINIT) !== 0
        ? superblock.inodesPerGroup
        : Math.min(raw.u16(0x1c) + (wide ? raw.u16(0x32) * 2 ** 16 : 0), superblock.inodesPerGroup),
    bitmapChecksum: !metadataChecksums
      ? null
      : wide
        ? { value: raw.u16(0x18) + raw.u16(0x38) * 2 ** 16, bits: 32 }
        : { value: raw.u16(0x18), bits: 16 },
    ok: exist && (!flagsCount || raw.u16(CHECKSUM_AT) === checksumOf(superblock, index, bytes)),
  };
}

function isBlock({ blocks, firstDataBlock }: ExtSuperblock, first: number, count: number): boolean {
  return first > firstDataBlock && first + count <= blocks;
}

function checksumOf(superblock: ExtSuperblock, index: number, bytes: Uint8Array): number {
  const head = bytes.subarray(0, CHECKSUM_AT);
  const tail = bytes.subarray(CHECKSUM_AT + 2);
  if (superblock.features.roCompat & RO_COMPAT.metadataChecksums) {
    const zeroed = Uint8Array.of(0, 0);
    const seed = crc32cOfNumber(index, superblock.checksumSeed);
    return crc32c(tail, crc32c(zeroed, crc32c(head, seed))) & 0xffff;
  }
  const number = Uint8Array.of(
    index & 255,
    (index >>> 8) & 255,
    (index >>> 16) & 255,
    index >>> 24,
  );
  return crc16(tail, crc16(head, crc16(number, crc16(superblock.uuidBytes))));
}
