/** The superblock of ext2, ext3 and ext4 (Linux Documentation/filesystems/ext4/super.rst). */

import { ByteReader, uuidText } from './bytes.ts';
import { crc32c } from './crc32c.ts';
import { type ExtFeatures, INCOMPAT, RO_COMPAT } from './ext-features.ts';

export interface ExtSuperblock {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  /** Blocks that one bit of a block bitmap stands for: 1, or more with bigalloc. */
  readonly clusterBlocks: number;
  readonly clustersPerGroup: number;
  readonly descriptorBytes: number;
  readonly reservedDescriptorBlocks: number;
  /** With meta_bg: the first group of groups that keeps its descriptors at its own head. */
  readonly firstMetaBg: number;
  /** With sparse_super2: the only groups besides the first that carry a copy of the superblock. */
  readonly backupGroups: readonly [number, number];
  readonly inodes: number;
  readonly metaBg: boolean;
  readonly features: ExtFeatures;
  readonly revision: number;
  /** Bits: 1 unmounted properly, 2 errors were noted, 4 orphans being cleaned, 0x20 fast commits being replayed. */
  readonly state: number;
  /** What every metadata checksum starts from. */
  readonly checksumSeed: number;
  /** False when the superblock's own checksum does not match; true where it keeps none. */
  readonly checksumOk: boolean;
  readonly journal: {
    readonly inode: number;
    readonly device: number;
    /** The journal inode's i_block and its size in bytes, kept a second time; null when there is no copy. */
    readonly copy: { readonly block: Uint8Array; readonly bytes: number } | null;
  };
  /** The block of multiple-mount protection; 0 when the feature is off. */
  readonly protectionBlock: number;
  readonly label: string | null;
  readonly uuid: string;
  readonly uuidBytes: Uint8Array;
  /** The file system was unmounted properly and no error was noted. */
  readonly clean: boolean;
  /** The journal holds changes that are not on the disk yet: the card was pulled from a running Pi. */
  readonly needsRecovery: boolean;
  /** Seconds since 1970; 0 when never. */
  readonly lastWritten: number;
}

/** Where the superblock lies on its device, and how long it is, in bytes. */
export const SUPERBLOCK_OFFSET = 1024;
export const SUPERBLOCK_BYTES = 1024;

const CHECKSUM_AT = 0x3fc;
const CHECKSUM_TYPE_CRC32C = 1;

/** Null when the 1024 bytes are no superblock that makes sense. */
export function parseSuperblock(bytes: Uint8Array): ExtSuperblock | null {
  if (bytes.length < SUPERBLOCK_BYTES) return null;
  const raw = new ByteReader(bytes.slice(0, SUPERBLOCK_BYTES));
  if (raw.u16(0x38) !== 0xef53) return null;
  const logBlock = raw.u32(0x18);
  const logCluster = raw.u32(0x1c);
  if (logBlock > 6) return null;
  const features = { compat: raw.u32(0x5c), incompat: raw.u32(0x60), roCompat: raw.u32(0x64) };
  const is64 = (features.incompat & INCOMPAT.is64Bit) !== 0;
  const bigAlloc = (features.roCompat & RO_COMPAT.bigAlloc) !== 0;
  // Without bigalloc old tools kept a fragment size there.
  if (bigAlloc && (logCluster < logBlock || logCluster > logBlock + 16)) return null;
  const revision = raw.u32(0x4c);
  const state = raw.u16(0x3a);
  const inodeBytes = revision === 0 ? 128 : raw.u16(0x58);
  const uuidBytes = raw.slice(0x68, 16);
  const blocksPerGroup = raw.u32(0x20);
  const superblock: ExtSuperblock = {
    blockBytes: 1024 << logBlock,
    blocks: raw.u32(0x04) + (is64 ? raw.u32(0x150) * 2 ** 32 : 0),
    inodes: raw.u32(0x00),
    firstDataBlock: raw.u32(0x14),
    blocksPerGroup,
    clusterBlocks: bigAlloc ? 2 ** (logCluster - logBlock) : 1,
    clustersPerGroup: bigAlloc ? raw.u32(0x24) : blocksPerGroup,
    inodesPerGroup: raw.u32(0x28),
    inodeBytes,
    descriptorBytes: is64 ? raw.u16(0xfe) : 32,
    reservedDescriptorBlocks: raw.u16(0xce),
    firstMetaBg: raw.u32(0x104),
    backupGroups: [raw.u32(0x24c), raw.u32(0x250)],
    metaBg: (features.incompat & INCOMPAT.metaBg) !== 0,
    features,
    revision,
    state,
    checksumSeed:
      features.incompat & INCOMPAT.checksumSeed ? raw.u32(0x270) : crc32c(uuidBytes, 0xffffffff),
    checksumOk: checksumOk(raw, features.roCompat),
    journal: { inode: raw.u32(0xe0), device: raw.u32(0xe4), copy: journalCopy(raw) },
    protectionBlock: features.incompat & INCOMPAT.multipleMountProtection ? safe64(raw, 0x168) : 0,
    label: new TextDecoder().decode(trimNul(raw.slice(0x78, 16))) || null,
    uuid: uuidText(uuidBytes),
    uuidBytes,
    clean: (state & 1) === 1 && (state & 2) === 0,
    needsRecovery: (features.incompat & INCOMPAT.recover) !== 0,
    lastWritten: raw.u32(0x30),
  };
  return isSane(superblock) ? superblock : null;
}

function isSane(superblock: ExtSuperblock): boolean {
  const { inodeBytes, descriptorBytes, blockBytes } = superblock;
  return (
    superblock.blocksPerGroup > 0 &&
    superblock.inodesPerGroup > 0 &&
    superblock.blocks <= Number.MAX_SAFE_INTEGER / blockBytes &&
    inodeBytes >= 128 &&
    inodeBytes <= blockBytes &&
    descriptorBytes >= 32 &&
    descriptorBytes <= 1024
  );
}

function checksumOk(raw: ByteReader, roCompat: number): boolean {
  if ((roCompat & RO_COMPAT.metadataChecksums) === 0) return true;
  return (
    raw.u8(0x175) === CHECKSUM_TYPE_CRC32C &&
    crc32c(raw.slice(0, CHECKSUM_AT)) === raw.u32(CHECKSUM_AT)
  );
}

/** s_jnl_blocks: the 15 words of i_block, then the size, its high half first. */
function journalCopy(raw: ByteReader): ExtSuperblock['journal']['copy'] {
  if (raw.u8(0xfd) !== 1) return null;
  const bytes = raw.u32(0x10c + 15 * 4) * 2 ** 32 + raw.u32(0x10c + 16 * 4);
  return { block: raw.slice(0x10c, 60), bytes };
}

/** A number too large to be a block of any card reads as one that no card has. */
function safe64(raw: ByteReader, at: number): number {
  return raw.u32(at) + raw.u32(at + 4) * 2 ** 32;
}

function trimNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
