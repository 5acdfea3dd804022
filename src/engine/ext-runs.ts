/**
 * Which blocks belong to an inode of ext2/3/4: its content, the blocks that hold its list of blocks, and its attributes.
 * Source: Linux Documentation/filesystems/ext4 (ifork.rst, attributes.rst). All numbers are untrusted.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import type { ExtSuperblock } from './ext-superblock.ts';

export type RunKind = 'content' | 'list' | 'attributes';
export type VisitRun = (block: number, count: number, kind: RunKind) => void;

/** Blocks that may still be read for lists of blocks; shared by all inodes, so that no card can make it endless. */
export interface ReadBudget {
  left: number;
}

const FLAG_EXTENTS = 0x80000;
const FLAG_INLINE = 0x10000000;
const EXTENT_MAGIC = 0xf30a;
const MAX_DEPTH = 5;
/** Longer extents are allocated, but not written to yet. */
const MAX_WRITTEN = 32768;

/** Visits every run of blocks of an inode. Throws MalformedBytes when its list makes no sense, or the budget is used up. */
export async function visitRuns(
  device: BlockDevice,
  superblock: ExtSuperblock,
  inode: ByteReader,
  budget: ReadBudget,
  visit: VisitRun,
): Promise<void> {
  const attributes = inode.u32(0x68) + inode.u16(0x76) * 2 ** 32;
  if (attributes !== 0) visit(attributes, 1, 'attributes');
  const flags = inode.u32(0x20);
  const root = inode.slice(0x28, 60);
  const walk = new Walk(device, superblock, budget, visit);
  if (flags & FLAG_INLINE) return;
  if (flags & FLAG_EXTENTS) await walk.extents(new ByteReader(root), MAX_DEPTH + 1);
  else if (hasIndirectBlocks(inode)) await walk.indirect(new ByteReader(root));
}

/** Devices keep their number there, short links their text. The list of bad blocks (inode 1) has no mode. */
function hasIndirectBlocks(inode: ByteReader): boolean {
  const mode = inode.u16(0) & 0xf000;
  if (mode === 0xa000) return inode.u32(4) >= 60;
  return mode === 0x8000 || mode === 0x4000 || mode === 0;
}

class Walk {
  readonly #device: BlockDevice;
  readonly #super: ExtSuperblock;
  readonly #budget: ReadBudget;
  readonly #visit: VisitRun;

  constructor(device: BlockDevice, superblock: ExtSuperblock, budget: ReadBudget, visit: VisitRun) {
    this.#device = device;
    this.#super = superblock;
    this.#budget = budget;
    this.#visit = visit;
  }

  async extents(node: ByteReader, depthAbove: number): Promise<void> {
    const entries = node.u16(2);
    const depth = node.u16(6);
    if (node.u16(0) !== EXTENT_MAGIC || depth >= depthAbove) {
      throw new MalformedBytes('this is no extent tree node');
    }
    for (let index = 0; index < entries; index++) {
      const at = 12 + index * 12;
      if (depth > 0) {
        const child = node.u32(at + 4) + node.u16(at + 8) * 2 ** 32;
        await this.extents(await this.#list(child), depth);
        continue;
      }
      const length = node.u16(at + 4);
      const start = node.u32(at + 8) + node.u16(at + 6) * 2 ** 32;
      this.#visit(start, length > MAX_WRITTEN ? length - MAX_WRITTEN : length, 'content');
    }
  }

  async indirect(root: ByteReader): Promise<void> {
    for (let slot = 0; slot < 15; slot++) {
      await this.#pointer(root.u32(slot * 4), Math.max(0, slot - 11));
    }
  }

  async #pointer(block: number, depth: number): Promise<void> {
    if (block === 0) return;
    if (depth === 0) return this.#visit(block, 1, 'content');
    const pointers = await this.#list(block);
    for (let at = 0; at < this.#super.blockBytes; at += 4) {
      await this.#pointer(pointers.u32(at), depth - 1);
    }
  }

  async #list(block: number): Promise<ByteReader> {
    const { blocks, blockBytes } = this.#super;
    if (block >= blocks) throw new MalformedBytes(`block ${block} does not exist`);
    if (--this.#budget.left < 0) throw new MalformedBytes('there are too many lists of blocks');
    this.#visit(block, 1, 'list');
    return new ByteReader(await readUpTo(this.#device, block * blockBytes, blockBytes));
  }
}
