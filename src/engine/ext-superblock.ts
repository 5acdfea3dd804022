/** The superblock of ext2, ext3 and ext4 (Linux Documentation/filesystems/ext4/super.rst). */

import { ByteReader, uuidText } from './bytes.ts';

export interface ExtSuperblock {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly descriptorBytes: number;
  readonly inodes: number;
  readonly metaBg: boolean;
  readonly label: string | null;
  readonly uuid: string;
  /** The file system was unmounted properly and no error was noted. */
  readonly clean: boolean;
  /** The journal holds changes that are not on the disk yet: the card was pulled from a running Pi. */
  readonly needsRecovery: boolean;
  /** Seconds since 1970; 0 when never. */
  readonly lastWritten: number;
}

const INCOMPAT_META_BG = 0x10;
const INCOMPAT_64BIT = 0x80;
const INCOMPAT_RECOVER = 0x04;

/** Null when the 1024 bytes are no superblock that makes sense. */
export function parseSuperblock(bytes: Uint8Array): ExtSuperblock | null {
  const raw = new ByteReader(bytes);
  if (bytes.length < 1024 || raw.u16(0x38) !== 0xef53) return null;
  const logBlock = raw.u32(0x18);
  if (logBlock > 6) return null;
  const incompat = raw.u32(0x60);
  const is64 = (incompat & INCOMPAT_64BIT) !== 0;
  const revision = raw.u32(0x4c);
  const inodeBytes = revision === 0 ? 128 : raw.u16(0x58);
  const descriptorBytes = is64 ? raw.u16(0xfe) : 32;
  const superblock: ExtSuperblock = {
    blockBytes: 1024 << logBlock,
    blocks: raw.u32(0x04) + (is64 ? raw.u32(0x150) * 2 ** 32 : 0),
    inodes: raw.u32(0x00),
    firstDataBlock: raw.u32(0x14),
    blocksPerGroup: raw.u32(0x20),
    inodesPerGroup: raw.u32(0x28),
    inodeBytes,
    descriptorBytes,
    metaBg: (incompat & INCOMPAT_META_BG) !== 0,
    label: new TextDecoder().decode(trimNul(raw.slice(0x78, 16))) || null,
    uuid: uuidText(raw.slice(0x68, 16)),
    clean: (raw.u16(0x3a) & 1) === 1 && (raw.u16(0x3a) & 2) === 0,
    needsRecovery: (incompat & INCOMPAT_RECOVER) !== 0,
    lastWritten: raw.u32(0x30),
  };
  const sane =
    superblock.blocksPerGroup > 0 &&
    superblock.inodesPerGroup > 0 &&
    inodeBytes >= 128 &&
    inodeBytes <= superblock.blockBytes &&
    descriptorBytes >= 32 &&
    descriptorBytes <= 1024;
  return sane ? superblock : null;
}

function trimNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
