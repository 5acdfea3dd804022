/** Where an ext file system keeps its journal: the blocks of a hidden inode, by extents or by indirect blocks. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader } from './bytes.ts';
import { crc32c, crc32cOfNumber } from './crc32c.ts';
import { RO_COMPAT } from './ext-features.ts';
import type { ExtGroups } from './ext-groups.ts';
import type { ExtSuperblock } from './ext-superblock.ts';
import { NotUnderstood } from './not-understood.ts';

/** Blocks that follow each other in the journal and on the device. */
export interface BlockRun {
  readonly block: number;
  readonly count: number;
}

/** An inode's root of blocks, its size in bytes, and the seed of the checksums of its extent tree. */
export interface JournalInode {
  readonly block: Uint8Array;
  readonly bytes: number;
  /** Null: not known, or the file system keeps no checksums. */
  readonly checksumSeed: number | null;
}

const FLAG_EXTENTS = 0x80000;
const EXTENT_MAGIC = 0xf30a;
const MAX_DEPTH = 5;
/** Extents above this length were never written to. */
const MAX_WRITTEN = 32768;
/** Keeps memory and reads bounded; tools make journals of at most 10 million blocks in a few runs. */
const MAX_BLOCKS = 2 ** 24;
const MAX_RUNS = 2 ** 15;

/** Reads the journal's inode. Throws NotUnderstood when it is damaged. */
export async function readJournalInode(
  device: BlockDevice,
  superblock: ExtSuperblock,
  groups: ExtGroups,
): Promise<JournalInode> {
  const { inodesPerGroup, inodeBytes, blockBytes, inodes, features } = superblock;
  const number = superblock.journal.inode;
  if (number < 1 || number > inodes) throw new NotUnderstood('its journal has no inode');
  const group = groups.group(Math.floor((number - 1) / inodesPerGroup));
  if (!group.ok) throw new NotUnderstood(`the descriptor of block group ${group.index} is damaged`);
  const at = group.inodeTable * blockBytes + ((number - 1) % inodesPerGroup) * inodeBytes;
  const bytes = await readUpTo(device, at, inodeBytes);
  const raw = new ByteReader(bytes);
  const keepsChecksums = (features.roCompat & RO_COMPAT.metadataChecksums) !== 0;
  const seed = keepsChecksums
    ? crc32cOfNumber(raw.u32(0x64), crc32cOfNumber(number, superblock.checksumSeed))
    : null;
  if (seed !== null && !inodeChecksumOk(raw, seed)) {
    throw new NotUnderstood("the checksum of the journal's inode is wrong");
  }
  const isFile = (raw.u16(0) & 0xf000) === 0x8000;
  const block = raw.slice(0x28, 60);
  const usesExtents = (raw.u32(0x20) & FLAG_EXTENTS) !== 0;
  if (!isFile || usesExtents !== isExtentRoot(block)) {
    throw new NotUnderstood("the journal's inode makes no sense");
  }
  return { block, bytes: raw.u32(4) + raw.u32(0x6c) * 2 ** 32, checksumSeed: seed };
}

/** All blocks in order. Throws NotUnderstood when one is missing or does not exist. */
export async function placeJournal(
  device: BlockDevice,
  superblock: ExtSuperblock,
  inode: JournalInode,
): Promise<BlockRun[]> {
  const count = Math.floor(inode.bytes / superblock.blockBytes);
  if (count < 1 || count > MAX_BLOCKS) throw new NotUnderstood("the journal's size makes no sense");
  const walk = new Walk(device, superblock, count);
  if (isExtentRoot(inode.block)) {
    await walk.extents(inode.block, MAX_DEPTH + 1, inode.checksumSeed);
  } else {
    await walk.indirect(inode.block);
  }
  return walk.finish();
}

function isExtentRoot(block: Uint8Array): boolean {
  return new ByteReader(block).u16(0) === EXTENT_MAGIC;
}

function inodeChecksumOk(raw: ByteReader, seed: number): boolean {
  const bytes = raw.bytes.slice();
  const low = raw.u16(0x7c);
  bytes.fill(0, 0x7c, 0x7e);
  // The high half lies in the part of an inode that old file systems do not have.
  const wide = bytes.length > 128 && raw.u16(0x80) >= 4;
  const high = wide ? raw.u16(0x82) : 0;
  if (wide) bytes.fill(0, 0x82, 0x84);
  const found = crc32c(bytes, seed);
  return (found & 0xffff) === low && (!wide || found >>> 16 === high);
}

class Walk {
  readonly #device: BlockDevice;
  readonly #super: ExtSuperblock;
  readonly #count: number;
  readonly #runs: { block: number; count: number }[] = [];
  #placed = 0;

  constructor(device: BlockDevice, superblock: ExtSuperblock, count: number) {
    this.#device = device;
    this.#super = superblock;
    this.#count = count;
  }

  finish(): BlockRun[] {
    if (this.#placed < this.#count) throw new NotUnderstood('the journal has holes');
    return this.#runs;
  }

  async extents(node: Uint8Array, depthAbove: number, seed: number | null): Promise<void> {
    const raw = new ByteReader(node);
    const entries = raw.u16(2);
    const room = raw.u16(4);
    const depth = raw.u16(6);
    const isRoot = depthAbove > MAX_DEPTH;
    if (raw.u16(0) !== EXTENT_MAGIC || entries > room || depth >= depthAbove) {
      throw new NotUnderstood("the journal's extents make no sense");
    }
    const checked = 12 + room * 12;
    if (!isRoot && seed !== null && crc32c(raw.slice(0, checked), seed) !== raw.u32(checked)) {
      throw new NotUnderstood("the checksum of the journal's extents is wrong");
    }
    for (let index = 0; index < entries && this.#placed < this.#count; index++) {
      const at = 12 + index * 12;
      if (raw.u32(at) !== this.#placed) throw new NotUnderstood('the journal has holes');
      if (depth > 0) {
        const child = raw.u32(at + 4) + raw.u16(at + 8) * 2 ** 32;
        const before = this.#placed;
        await this.extents(await this.#read(child), depth, seed);
        // A tree of nodes that hold nothing could be walked for ever.
        if (this.#placed === before) {
          throw new NotUnderstood("the journal's extents make no sense");
        }
        continue;
      }
      const length = raw.u16(at + 4);
      if (length === 0 || length > MAX_WRITTEN) {
        throw new NotUnderstood("the journal's extents make no sense");
      }
      this.#place(raw.u32(at + 8) + raw.u16(at + 6) * 2 ** 32, length);
    }
  }

  /** Twelve blocks, then one block of pointers, one of pointers to such blocks, and one level more. */
  async indirect(root: Uint8Array): Promise<void> {
    const raw = new ByteReader(root);
    for (let slot = 0; slot < 15 && this.#placed < this.#count; slot++) {
      await this.#visit(raw.u32(slot * 4), Math.max(0, slot - 11));
    }
  }

  async #visit(block: number, depth: number): Promise<void> {
    if (depth === 0) {
      this.#place(block, 1);
      return;
    }
    const raw = new ByteReader(await this.#read(block));
    const pointers = this.#super.blockBytes / 4;
    for (let index = 0; index < pointers && this.#placed < this.#count; index++) {
      await this.#visit(raw.u32(index * 4), depth - 1);
    }
  }

  #place(block: number, length: number): void {
    const count = Math.min(length, this.#count - this.#placed);
    this.#check(block, count);
    const last = this.#runs.at(-1);
    if (last && last.block + last.count === block) last.count += count;
    else this.#runs.push({ block, count });
    if (this.#runs.length > MAX_RUNS)
      throw new NotUnderstood('the journal lies in too many pieces');
    this.#placed += count;
  }

  async #read(block: number): Promise<Uint8Array> {
    this.#check(block, 1);
    const { blockBytes } = this.#super;
    return readUpTo(this.#device, block * blockBytes, blockBytes);
  }

  #check(block: number, count: number): void {
    const { firstDataBlock, blocks } = this.#super;
    if (block <= firstDataBlock || block + count > blocks) {
      throw new NotUnderstood('the journal names blocks that do not exist');
    }
  }
}
