/** The first block of a jbd2 journal (Linux Documentation/filesystems/ext4/journal.rst). All numbers are big-endian. */

import { crc32c } from './crc32c.ts';
import { NotUnderstood } from './not-understood.ts';
import { JOURNAL_MAGIC } from './overlay.ts';

export interface JournalSuperblock {
  readonly blockBytes: number;
  /** Blocks in the journal, this one and the area for fast commits included. */
  readonly blocks: number;
  /** The log uses [first, end) as a ring. */
  readonly first: number;
  readonly end: number;
  /** Where the oldest transaction begins; 0 when the log is empty. */
  readonly start: number;
  /** The oldest transaction's number. */
  readonly sequence: number;
  /** Linux noted here that it gave up on the file system. */
  readonly error: number;
  /** How blocks vouch for themselves: not at all, one CRC a transaction (1), or one a block (2 and 3). */
  readonly checksums: 0 | 1 | 2 | 3;
  readonly checksumSeed: number;
  /** Block numbers have 64 bits. */
  readonly wide: boolean;
  readonly asyncCommit: boolean;
  /** The block with the first fast commit, if there is one; null without the feature. */
  readonly fastCommits: number | null;
}

const VERSION_1 = 3;
const VERSION_2 = 4;
const COMPAT_CHECKSUM = 0x1;
const INCOMPAT = {
  revoke: 0x1,
  is64Bit: 0x2,
  asyncCommit: 0x4,
  checksum2: 0x8,
  checksum3: 0x10,
  fastCommit: 0x20,
} as const;
const UNDERSTOOD = 0x3f;
const CHECKSUM_TYPE_CRC32C = 4;
const CHECKSUM_AT = 0xfc;
/** Linux does not make room for fast commits in a log that would be shorter without them. */
const MIN_LOG_BLOCKS = 1024;
const DEFAULT_FAST_COMMIT_BLOCKS = 256;

/** Throws NotUnderstood when these are not the first 1024 bytes of a journal of at most `roomBlocks` blocks. */
export function parseJournalSuperblock(
  bytes: Uint8Array,
  blockBytes: number,
  roomBlocks: number,
): JournalSuperblock {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number): number => view.getUint32(at);
  const version = u32(4);
  if (u32(0) !== JOURNAL_MAGIC || (version !== VERSION_1 && version !== VERSION_2)) {
    throw new NotUnderstood('its journal does not begin like one');
  }
  // The first version knows no features, and keeps nothing where the second has them.
  const [compat, incompat, roCompat] =
    version === VERSION_2 ? [u32(0x24), u32(0x28), u32(0x2c)] : [0, 0, 0];
  const unknown = (incompat & ~UNDERSTOOD) >>> 0;
  if (unknown !== 0 || roCompat !== 0) {
    const bits = (unknown !== 0 ? unknown : roCompat).toString(16);
    throw new NotUnderstood(`its journal uses features PiKeep does not know (0x${bits})`);
  }
  const checksums = checksumVersion(compat, incompat);
  if (checksums >= 2) checkChecksum(bytes, view);
  const blocks = u32(0x10);
  const area = (incompat & INCOMPAT.fastCommit) !== 0 ? u32(0x54) || DEFAULT_FAST_COMMIT_BLOCKS : 0;
  const end = blocks - area;
  const first = u32(0x14);
  const start = u32(0x1c);
  const sane =
    u32(0x0c) === blockBytes &&
    blocks <= roomBlocks &&
    first >= 1 &&
    first < end &&
    (area === 0 || (area >= 2 && end >= MIN_LOG_BLOCKS)) &&
    (start === 0 || (start >= first && start < end));
  if (!sane) throw new NotUnderstood("the numbers in its journal's superblock make no sense");
  return {
    blockBytes,
    blocks,
    first,
    end,
    start,
    sequence: u32(0x18),
    error: u32(0x20),
    checksums,
    checksumSeed: crc32c(bytes.subarray(0x30, 0x40)),
    wide: (incompat & INCOMPAT.is64Bit) !== 0,
    asyncCommit: (incompat & INCOMPAT.asyncCommit) !== 0,
    // Linux leaves one block free between the log and its fast commits.
    fastCommits: area > 0 ? end + 1 : null,
  };
}

function checksumVersion(compat: number, incompat: number): 0 | 1 | 2 | 3 {
  const versions = [
    ...(compat & COMPAT_CHECKSUM ? [1 as const] : []),
    ...(incompat & INCOMPAT.checksum2 ? [2 as const] : []),
    ...(incompat & INCOMPAT.checksum3 ? [3 as const] : []),
  ];
  if (versions.length > 1) throw new NotUnderstood('its journal claims two kinds of checksums');
  return versions[0] ?? 0;
}

function checkChecksum(bytes: Uint8Array, view: DataView): void {
  const copy = bytes.slice(0, 1024);
  copy.fill(0, CHECKSUM_AT, CHECKSUM_AT + 4);
  if (
    view.getUint8(0x50) !== CHECKSUM_TYPE_CRC32C ||
    crc32c(copy) !== view.getUint32(CHECKSUM_AT)
  ) {
    throw new NotUnderstood("the checksum of its journal's superblock is wrong");
  }
}
