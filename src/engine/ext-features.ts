/** The feature bits of ext2, ext3 and ext4, and what they mean for a map of used blocks. */

import { english } from '../language/english.ts';

export interface ExtFeatures {
  readonly compat: number;
  readonly incompat: number;
  readonly roCompat: number;
}

/** Harmless to a reader that does not know them. Source: Linux Documentation/filesystems/ext4/super.rst. */
export const COMPAT = {
  hasJournal: 0x4,
  lazyBg: 0x40,
  sparseSuper2: 0x200,
  fastCommit: 0x400,
} as const;

/** A reader that does not know one of these must not touch the file system. */
export const INCOMPAT = {
  compression: 0x1,
  fileType: 0x2,
  recover: 0x4,
  journalDevice: 0x8,
  metaBg: 0x10,
  extents: 0x40,
  is64Bit: 0x80,
  multipleMountProtection: 0x100,
  flexBg: 0x200,
  largeExtendedAttributes: 0x400,
  checksumSeed: 0x2000,
  largeFolders: 0x4000,
  inlineData: 0x8000,
  encryption: 0x10000,
  caseFolding: 0x20000,
} as const;

/** A reader that does not know one of these may read, but not write. */
export const RO_COMPAT = {
  sparseSuper: 0x1,
  descriptorChecksums: 0x10,
  bigAlloc: 0x200,
  metadataChecksums: 0x400,
  sharedBlocks: 0x4000,
} as const;

/** What the block bitmaps mean does not depend on any of these. */
const understood =
  INCOMPAT.fileType |
  INCOMPAT.recover |
  INCOMPAT.metaBg |
  INCOMPAT.extents |
  INCOMPAT.is64Bit |
  INCOMPAT.multipleMountProtection |
  INCOMPAT.flexBg |
  INCOMPAT.largeExtendedAttributes |
  INCOMPAT.checksumSeed |
  INCOMPAT.largeFolders |
  INCOMPAT.inlineData |
  INCOMPAT.encryption |
  INCOMPAT.caseFolding;

/** Why the features forbid reading any file; null when they do not. Completes "..., because ...". */
export function readingTrouble({ incompat }: ExtFeatures): string | null {
  const unknown = (incompat & ~understood) >>> 0;
  if (incompat & INCOMPAT.journalDevice) return english`it is a journal of another file system`;
  if (incompat & INCOMPAT.compression)
    return english`it uses ext2 compression, which PiKeep cannot read`;
  if (unknown !== 0)
    return english`it uses features PiKeep does not know (0x${unknown.toString(16)})`;
  return null;
}

/** Why the features forbid a map; null when they do not. Completes "copied whole, because ...". */
export function featureTrouble(features: ExtFeatures): string | null {
  const { compat, roCompat } = features;
  const trouble = readingTrouble(features);
  if (trouble !== null) return trouble;
  if (roCompat & RO_COMPAT.sharedBlocks) return english`its files share blocks with each other`;
  if (compat & COMPAT.lazyBg) return english`it uses an abandoned feature (lazy_bg)`;
  const bothChecksums = RO_COMPAT.descriptorChecksums | RO_COMPAT.metadataChecksums;
  if ((roCompat & bothChecksums) === bothChecksums)
    return english`it claims two kinds of checksums`;
  return null;
}
