/** Inodes of ext2/3/4 and the content they point to, by extents, by indirect blocks, or inline. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import type { ExtSuperblock } from './ext-superblock.ts';

export interface ExtInode {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly bytes: number;
  readonly extents: boolean;
  readonly inline: boolean;
  /** The 60 bytes of i_block: extent tree root, block numbers, or the text of a short link. */
  readonly block: Uint8Array;
}

const FLAG_EXTENTS = 0x80000;
const FLAG_INLINE = 0x10000000;
const EXTENT_MAGIC = 0xf30a;
const MAX_TREE_DEPTH = 5;
/** A longest uninitialised extent length is stored above this. */
const MAX_INITIALISED = 32768;

export function parseInode(raw: ByteReader): ExtInode {
  const mode = raw.u16(0) & 0xf000;
  const flags = raw.u32(0x20);
  const kind =
    mode === 0x8000 ? 'file' : mode === 0x4000 ? 'folder' : mode === 0xa000 ? 'link' : 'other';
  const high = kind === 'file' ? raw.u32(0x6c) * 2 ** 32 : 0;
  return {
    kind,
    bytes: raw.u32(4) + high,
    extents: (flags & FLAG_EXTENTS) !== 0,
    inline: (flags & FLAG_INLINE) !== 0,
    block: raw.slice(0x28, 60).slice(),
  };
}

/** The whole content; null when it is larger than `maxBytes`. Holes read as zeros. */
export async function readContent(
  device: BlockDevice,
  superblock: ExtSuperblock,
  inode: ExtInode,
  maxBytes: number,
): Promise<Uint8Array | null> {
  if (inode.bytes > maxBytes) return null;
  const isShortLink = inode.kind === 'link' && inode.bytes < 60 && !inode.extents;
  if (isShortLink) return inode.block.subarray(0, inode.bytes);
  // Inline content beyond these 60 bytes lies in an extended attribute, and an inline folder has a form of its own.
  // No image for a Pi uses either; both stay "not known".
  if (inode.inline) {
    const fits = inode.bytes <= 60 && inode.kind !== 'folder';
    return fits ? inode.block.subarray(0, inode.bytes) : null;
  }
  const { blockBytes } = superblock;
  const content = new Uint8Array(inode.bytes);
  const count = Math.ceil(inode.bytes / blockBytes);
  const locate = inode.extents
    ? await extentMap(device, superblock, inode.block, count)
    : await indirectMap(device, superblock, inode.block, count);
  for (const [logical, physical] of locate) {
    const at = logical * blockBytes;
    const length = Math.min(blockBytes, content.length - at);
    if (length > 0) content.set(await readBlock(device, superblock, physical, length), at);
  }
  return content;
}

type BlockMap = Map<number, number>;

async function extentMap(
  device: BlockDevice,
  superblock: ExtSuperblock,
  root: Uint8Array,
  count: number,
): Promise<BlockMap> {
  const map: BlockMap = new Map();
  let nodesLeft = count + MAX_TREE_DEPTH;
  /** Extents ascend and do not overlap, so that the walk takes no more steps than there are blocks. */
  let end = 0;
  const walk = async (node: ByteReader, depthAbove: number): Promise<void> => {
    if (--nodesLeft < 0) throw new MalformedBytes('the extent tree has too many nodes');
    const entries = node.u16(2);
    const depth = node.u16(6);
    if (node.u16(0) !== EXTENT_MAGIC || depth >= depthAbove) {
      throw new MalformedBytes('this is no extent tree node');
    }
    for (let index = 0; index < entries; index++) {
      const at = 12 + index * 12;
      const logical = node.u32(at);
      if (logical >= count) continue;
      if (depth > 0) {
        const child = node.u32(at + 4) + node.u16(at + 8) * 2 ** 32;
        const bytes = await readBlock(device, superblock, child, superblock.blockBytes);
        await walk(new ByteReader(bytes), depth);
        continue;
      }
      const length = node.u16(at + 4);
      if (length > MAX_INITIALISED) continue;
      if (logical < end) throw new MalformedBytes('the extents of a file overlap');
      end = logical + length;
      const start = node.u32(at + 8) + node.u16(at + 6) * 2 ** 32;
      for (let step = 0; step < length && logical + step < count; step++) {
        map.set(logical + step, start + step);
      }
    }
  };
  await walk(new ByteReader(root), MAX_TREE_DEPTH + 1);
  return map;
}

async function indirectMap(
  device: BlockDevice,
  superblock: ExtSuperblock,
  root: Uint8Array,
  count: number,
): Promise<BlockMap> {
  const map: BlockMap = new Map();
  const perBlock = superblock.blockBytes / 4;
  let logical = 0;
  const visit = async (physical: number, depth: number): Promise<void> => {
    if (logical >= count) return;
    if (physical === 0) {
      logical += perBlock ** depth;
      return;
    }
    if (depth === 0) {
      map.set(logical++, physical);
      return;
    }
    const pointers = new ByteReader(
      await readBlock(device, superblock, physical, superblock.blockBytes),
    );
    for (let index = 0; index < perBlock && logical < count; index++) {
      await visit(pointers.u32(index * 4), depth - 1);
    }
  };
  const pointers = new ByteReader(root);
  for (let slot = 0; slot < 15 && logical < count; slot++) {
    await visit(pointers.u32(slot * 4), Math.max(0, slot - 11));
  }
  return map;
}

async function readBlock(
  device: BlockDevice,
  superblock: ExtSuperblock,
  block: number,
  length: number,
): Promise<Uint8Array> {
  if (block >= superblock.blocks) throw new MalformedBytes(`block ${block} does not exist`);
  const bytes = await readUpTo(device, block * superblock.blockBytes, length);
  if (bytes.length < length) throw new MalformedBytes(`block ${block} lies past the device's end`);
  return bytes;
}
