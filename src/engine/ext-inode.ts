/** The inodes of ext2/3/4: all that they say of a file (Linux Documentation/filesystems/ext4/inodes.rst). */

import { ByteReader, MalformedBytes } from './bytes.ts';
import { crc32c, crc32cOfNumber } from './crc32c.ts';
import { INCOMPAT, RO_COMPAT } from './ext-features.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import type { FileKind } from './file-tree.ts';

export interface ExtInode {
  readonly number: number;
  readonly kind: FileKind;
  readonly bytes: number;
  /** The twelve permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly device: { readonly major: number; readonly minor: number } | null;
  readonly extents: boolean;
  readonly inline: boolean;
  readonly encrypted: boolean;
  /** It holds an extended attribute of another inode and is no file. */
  readonly isAttribute: boolean;
  /** The 60 bytes of i_block: extent tree root, block numbers, device number, short link, or the start of inline content. */
  readonly block: Uint8Array;
  /** The rest of inline content, kept as an attribute in the inode; empty where there is none. */
  readonly inlineRest: Uint8Array;
  /** The block with more extended attributes; 0 for none. */
  readonly attributesBlock: number;
  /** What the checksums of its folder blocks and lists of blocks start from; null where the file system keeps none. */
  readonly seed: number | null;
  /** False when its own checksum does not match; true where it keeps none. */
  readonly checksumOk: boolean;
}

const FLAG_ENCRYPTED = 0x800;
const FLAG_EXTENTS = 0x80000;
const FLAG_ATTRIBUTE = 0x200000;
const FLAG_INLINE = 0x10000000;
const CHECKSUM_AT = 0x7c;
const CHECKSUM_HIGH_AT = 0x82;
const SMALL_INODE_BYTES = 128;

const kinds: Readonly<Record<number, FileKind>> = {
  4096: 'pipe',
  8192: 'character-device',
  16384: 'folder',
  24576: 'block-device',
  32768: 'file',
  40960: 'link',
  49152: 'socket',
};

/** `raw` is the whole record. Throws MalformedBytes when it is too short. */
export function parseInode(raw: ByteReader, superblock: ExtSuperblock, number: number): ExtInode {
  const mode = raw.u16(0);
  const kind = kinds[mode & 0xf000] ?? 'unknown';
  const flags = raw.u32(0x20);
  const extra = extraBytes(raw);
  const inline = (flags & FLAG_INLINE) !== 0;
  const block = raw.slice(0x28, 60).slice();
  const isNode = kind === 'character-device' || kind === 'block-device';
  const seed = seedOf(raw, superblock, number);
  return {
    number,
    kind,
    bytes: raw.u32(4) + (hasLargeSize(kind, superblock) ? raw.u32(0x6c) * 2 ** 32 : 0),
    mode: mode & 0xfff,
    uid: raw.u16(2) + raw.u16(0x78) * 65536,
    gid: raw.u16(0x18) + raw.u16(0x7a) * 65536,
    links: raw.u16(0x1a),
    modified: timeOf(raw.u32(0x10), extra >= 12 ? raw.u32(0x88) : 0),
    device: isNode ? deviceOf(new ByteReader(block)) : null,
    extents: (flags & FLAG_EXTENTS) !== 0,
    inline,
    encrypted: (flags & FLAG_ENCRYPTED) !== 0,
    isAttribute: (flags & FLAG_ATTRIBUTE) !== 0,
    block,
    inlineRest: inline ? inlineRest(raw, extra) : nothing,
    attributesBlock: raw.u32(0x68) + raw.u16(0x76) * 2 ** 32,
    seed,
    checksumOk: seed === null || isChecksumRight(raw, seed, extra),
  };
}

/** Folders have used the high half of the size for something else, until they could become that large. */
function hasLargeSize(kind: FileKind, { features }: ExtSuperblock): boolean {
  return (
    kind === 'file' || (kind === 'folder' && (features.incompat & INCOMPAT.largeFolders) !== 0)
  );
}

/** How many of the fields behind the first 128 bytes are in use. */
function extraBytes(raw: ByteReader): number {
  if (raw.bytes.length <= SMALL_INODE_BYTES) return 0;
  const extra = raw.u16(0x80);
  return extra % 4 === 0 && SMALL_INODE_BYTES + extra <= raw.bytes.length ? extra : 0;
}

/** Seconds with a sign, two more bits above them (until 2446), and nanoseconds. */
function timeOf(seconds: number, extra: number): number {
  return ((seconds | 0) + (extra & 3) * 2 ** 32) * 1000 + Math.floor((extra >>> 2) / 1_000_000);
}

/** Two forms: the old one in the first word, the new one, for large numbers, in the second. */
function deviceOf(block: ByteReader): { major: number; minor: number } {
  const old = block.u32(0);
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  const now = block.u32(4);
  return { major: (now >>> 8) & 0xfff, minor: (now & 0xff) | ((now >>> 12) & 0xfff00) };
}

function seedOf(raw: ByteReader, { features, checksumSeed }: ExtSuperblock, number: number) {
  if ((features.roCompat & RO_COMPAT.metadataChecksums) === 0) return null;
  return crc32cOfNumber(raw.u32(0x64), crc32cOfNumber(number, checksumSeed));
}

const twoZeros = new Uint8Array(2);
const nothing = new Uint8Array();

/** Over the record with zeros where the checksum is; its high half is kept where there is room for it. */
function isChecksumRight(raw: ByteReader, seed: number, extra: number): boolean {
  const { bytes } = raw;
  const isWide = extra >= 4;
  let found = crc32c(twoZeros, crc32c(bytes.subarray(0, CHECKSUM_AT), seed));
  let at = CHECKSUM_AT + 2;
  if (isWide) {
    found = crc32c(twoZeros, crc32c(bytes.subarray(at, CHECKSUM_HIGH_AT), found));
    at = CHECKSUM_HIGH_AT + 2;
  }
  found = crc32c(bytes.subarray(at), found);
  const high = isWide ? raw.u16(CHECKSUM_HIGH_AT) : 0;
  return raw.u16(CHECKSUM_AT) === (found & 0xffff) && (!isWide || high === found >>> 16);
}

const ATTRIBUTES_MAGIC = 0xea020000;
/** The name "system.data": the number of the prefix "system.", then the rest (attributes.rst). */
const SYSTEM_PREFIX = 7;
const DATA_NAME = 'data';

function inlineRest(raw: ByteReader, extra: number): Uint8Array {
  const start = SMALL_INODE_BYTES + extra;
  if (extra === 0 || start + 4 > raw.bytes.length || raw.u32(start) !== ATTRIBUTES_MAGIC) {
    return nothing;
  }
  const first = start + 4;
  for (let at = first; at + 16 <= raw.bytes.length && raw.u32(at) !== 0; ) {
    const nameLength = raw.u8(at);
    const name = raw.slice(at + 16, nameLength);
    if (raw.u8(at + 1) === SYSTEM_PREFIX && Buffer.from(name).toString('latin1') === DATA_NAME) {
      if (raw.u32(at + 4) !== 0) throw new MalformedBytes('its inline content is in another inode');
      return raw.slice(first + raw.u16(at + 2), raw.u32(at + 8)).slice();
    }
    at += 16 + Math.ceil(nameLength / 4) * 4;
  }
  return nothing;
}
