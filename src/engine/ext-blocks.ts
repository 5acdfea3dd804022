/**
 * Which blocks belong to an inode of ext2/3/4: those of its content in their order, and those that hold the list of them.
 * Source: Linux Documentation/filesystems/ext4/ifork.rst. All numbers are untrusted: runs ascend, every block exists, and
 * no file has more blocks than the file system, so that every walk ends.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { crc32c } from './crc32c.ts';
import type { ExtInode } from './ext-inode.ts';
import type { ExtSuperblock } from './ext-superblock.ts';

/** What is read from: the file system as it will be after its journal's replay. */
export interface ExtVolumeView {
  readonly device: BlockDevice;
  readonly superblock: ExtSuperblock;
}

export interface BlockRun {
  readonly kind: 'content' | 'list';
  /** Of the file, in blocks; of no meaning for a list. */
  readonly logical: number;
  readonly block: number;
  readonly count: number;
  /** False for blocks that are allocated, but were never written: they read as zeros. */
  readonly isWritten: boolean;
}

/** Blocks that may still be read for lists of blocks; may be shared by many inodes, so that no card can make it endless. */
export interface ReadBudget {
  left: number;
}

const EXTENT_MAGIC = 0xf30a;
const MAX_DEPTH = 5;
/** Longer extents are allocated, but not written to yet. */
const MAX_WRITTEN = 32768;

/**
 * Every run of blocks in ascending order; what is not named is a hole. Inline content and short links have none. Throws
 * MalformedBytes when the list makes no sense or the budget is used up.
 */
export function blockRuns(
  view: ExtVolumeView,
  inode: ExtInode,
  budget: ReadBudget = { left: Number.POSITIVE_INFINITY },
): AsyncGenerator<BlockRun, void, void> {
  const walk = new Walk(view, inode, budget);
  const root = new ByteReader(inode.block);
  if (inode.inline) return none();
  if (inode.extents) return walk.extents(root, null);
  return hasIndirectBlocks(inode) ? walk.indirect(root) : none();
}

async function* none(): AsyncGenerator<BlockRun, void, void> {}

/** Devices keep their number there, short links their text. The list of bad blocks (inode 1) has no mode. */
function hasIndirectBlocks({ kind, bytes }: ExtInode): boolean {
  if (kind === 'link') return bytes >= 60;
  return kind === 'file' || kind === 'folder' || kind === 'unknown';
}

class Walk {
  readonly #view: ExtVolumeView;
  readonly #inode: ExtInode;
  readonly #budget: ReadBudget;
  /** The first block of the file that no run has covered yet. */
  #end = 0;
  #blocksLeft: number;

  constructor(view: ExtVolumeView, inode: ExtInode, budget: ReadBudget) {
    this.#view = view;
    this.#inode = inode;
    this.#budget = budget;
    this.#blocksLeft = view.superblock.blocks;
  }

  /** `depthAbove` is null for the root, which may be of any depth. */
  async *extents(
    node: ByteReader,
    depthAbove: number | null,
  ): AsyncGenerator<BlockRun, void, void> {
    const entries = node.u16(2);
    const depth = node.u16(6);
    const fits = depthAbove === null ? depth <= MAX_DEPTH : depth === depthAbove - 1;
    if (node.u16(0) !== EXTENT_MAGIC || !fits) {
      throw new MalformedBytes('its list of blocks is damaged (no extent tree node)');
    }
    // Only the root may be empty: every node that is read brings the walk forward.
    if (depthAbove !== null && entries === 0) throw new MalformedBytes('its list has empty nodes');
    for (let index = 0; index < entries; index++) {
      const at = 12 + index * 12;
      if (depth === 0) {
        yield this.#extent(node, at);
        continue;
      }
      const child = node.u32(at + 4) + node.u16(at + 8) * 2 ** 32;
      yield this.#list(child);
      yield* this.extents(await this.#node(child), depth);
    }
  }

  #extent(node: ByteReader, at: number): BlockRun {
    const length = node.u16(at + 4);
    const isWritten = length <= MAX_WRITTEN;
    const block = node.u32(at + 8) + node.u16(at + 6) * 2 ** 32;
    return this.#run(node.u32(at), block, isWritten ? length : length - MAX_WRITTEN, isWritten);
  }

  async *indirect(root: ByteReader): AsyncGenerator<BlockRun, void, void> {
    yield* this.#pointers(root, 0, 12, 0);
    for (let depth = 1; depth <= 3; depth++) yield* this.#pointers(root, 11 + depth, 1, depth);
  }

  #logical = 0;

  /** `count` pointers from number `first`; those of depth 0 that follow each other become one run. */
  async *#pointers(
    node: ByteReader,
    first: number,
    count: number,
    depth: number,
  ): AsyncGenerator<BlockRun, void, void> {
    const perBlock = this.#view.superblock.blockBytes / 4;
    for (let index = first; index < first + count; ) {
      const block = node.u32(index * 4);
      if (block === 0) {
        this.#logical += perBlock ** depth;
        index++;
      } else if (depth === 0) {
        let run = 1;
        while (index + run < first + count && node.u32((index + run) * 4) === block + run) run++;
        yield this.#run(this.#logical, block, run, true);
        this.#logical += run;
        index += run;
      } else {
        yield this.#list(block);
        yield* this.#pointers(await this.#node(block), 0, perBlock, depth - 1);
        index++;
      }
    }
  }

  #run(logical: number, block: number, count: number, isWritten: boolean): BlockRun {
    if (count === 0 || logical < this.#end) {
      throw new MalformedBytes('its list of blocks is damaged (runs that do not ascend)');
    }
    this.#end = logical + count;
    this.#use(block, count);
    return { kind: 'content', logical, block, count, isWritten };
  }

  #list(block: number): BlockRun {
    if (--this.#budget.left < 0) throw new MalformedBytes('there are too many lists of blocks');
    this.#use(block, 1);
    return { kind: 'list', logical: 0, block, count: 1, isWritten: true };
  }

  #use(block: number, count: number): void {
    const { blocks } = this.#view.superblock;
    if (block === 0 || block + count > blocks) {
      throw new MalformedBytes(`its list of blocks is damaged (block ${block} does not exist)`);
    }
    this.#blocksLeft -= count;
    if (this.#blocksLeft < 0) throw new MalformedBytes('it claims more blocks than there are');
  }

  /** A block of the list. Nodes of extent trees carry a checksum behind the room for their entries. */
  async #node(block: number): Promise<ByteReader> {
    const node = new ByteReader(await readBlock(this.#view, block));
    const { seed, extents } = this.#inode;
    if (seed === null || !extents) return node;
    const tail = 12 + node.u16(4) * 12;
    if (crc32c(node.slice(0, tail), seed) !== node.u32(tail)) {
      throw new MalformedBytes('its list of blocks is damaged (checksum)');
    }
    return node;
  }
}

/** A whole block. Throws MalformedBytes where the device ends before it does. */
export async function readBlock(
  { device, superblock }: ExtVolumeView,
  block: number,
): Promise<Uint8Array> {
  const { blockBytes } = superblock;
  const bytes = await readUpTo(device, block * blockBytes, blockBytes);
  if (bytes.length < blockBytes) throw new MalformedBytes('it lies past the end of the image');
  return bytes;
}
