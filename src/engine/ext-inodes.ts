/** Reads inodes of ext2/3/4 out of their tables: one by its number, or all in use one after the other. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { throwIfInterrupted } from './errors.ts';
import type { ExtVolumeView } from './ext-blocks.ts';
import { descriptorBlockAt, descriptorsPerBlock } from './ext-geometry.ts';
import { type ExtGroup, type ExtGroups, parseGroup } from './ext-groups.ts';
import { type ExtInode, parseInode } from './ext-inode.ts';
import type { ExtSuperblock } from './ext-superblock.ts';

export const ROOT_INODE = 2;

const READ_BYTES = 1024 * 1024;

/** Called with each inode in use; its bytes are valid until the promise settles. */
export type VisitInode = (number: number, inode: ByteReader) => Promise<void>;

/** Parts of the tables that were never used are not read. Groups whose descriptor is damaged are passed over. */
export async function visitInodes(
  device: BlockDevice,
  superblock: ExtSuperblock,
  groups: ExtGroups,
  visit: VisitInode,
  signal?: AbortSignal,
): Promise<void> {
  const { inodeBytes, inodesPerGroup } = superblock;
  const perRead = Math.max(1, Math.floor(READ_BYTES / inodeBytes));
  for (let index = 0; index < groups.count; index++) {
    const group = groups.group(index);
    if (!group.ok) continue;
    const count = inodesPerGroup - group.unusedInodes;
    for (let first = 0; first < count; first += perRead) {
      throwIfInterrupted(signal);
      const some = Math.min(perRead, count - first);
      const at = inodeOffset(superblock, group, first);
      const table = await readUpTo(device, at, some * inodeBytes);
      for (let step = 0; (step + 1) * inodeBytes <= table.length; step++) {
        const inode = new ByteReader(table.subarray(step * inodeBytes, (step + 1) * inodeBytes));
        if (!isInUse(inode)) continue;
        await visit(index * inodesPerGroup + first + step + 1, inode);
      }
    }
  }
}

/** Where the inode with this place in its group lies, in bytes. */
export function inodeOffset(superblock: ExtSuperblock, group: ExtGroup, place: number): number {
  return group.inodeTable * superblock.blockBytes + place * superblock.inodeBytes;
}

/** A deleted inode has no links and a time of deletion; one that some program still held open has only the former. */
function isInUse(inode: ByteReader): boolean {
  return inode.u16(0x1a) > 0 || (inode.u16(0) !== 0 && inode.u32(0x14) === 0);
}

/** Groups whose descriptors are kept; each is asked for many times in a row. */
const GROUPS_KEPT = 4096;

/** Inodes by number. Without `groups` descriptors are read when they are needed, which wants no sound table as a whole. */
export class InodeReader {
  readonly #view: ExtVolumeView;
  readonly #groups: ExtGroups | null;
  readonly #known = new Map<number, ExtGroup>();

  constructor(view: ExtVolumeView, groups: ExtGroups | null = null) {
    this.#view = view;
    this.#groups = groups;
  }

  /** Throws MalformedBytes when there is no such inode, or its descriptor or the record itself is damaged. */
  async read(number: number): Promise<ExtInode> {
    const { device, superblock } = this.#view;
    const { inodes, inodesPerGroup, inodeBytes } = superblock;
    if (number < 1 || number > inodes) throw new MalformedBytes(`inode ${number} does not exist`);
    const group = await this.#group(Math.floor((number - 1) / inodesPerGroup));
    if (!group.ok) throw new MalformedBytes(`the descriptor of group ${group.index} is damaged`);
    const at = inodeOffset(superblock, group, (number - 1) % inodesPerGroup);
    const raw = new ByteReader(await readUpTo(device, at, inodeBytes));
    const inode = parseInode(raw, superblock, number);
    if (!inode.checksumOk) throw new MalformedBytes(`inode ${number} is damaged`);
    return inode;
  }

  async #group(index: number): Promise<ExtGroup> {
    const known = this.#groups?.group(index) ?? this.#known.get(index);
    if (known) return known;
    const { device, superblock } = this.#view;
    const { descriptorBytes, blockBytes } = superblock;
    const perBlock = descriptorsPerBlock(superblock);
    if (!Number.isInteger(perBlock)) throw new MalformedBytes('its descriptors do not fit blocks');
    const block = descriptorBlockAt(superblock, Math.floor(index / perBlock));
    const at = block * blockBytes + (index % perBlock) * descriptorBytes;
    const group = parseGroup(superblock, index, await readUpTo(device, at, descriptorBytes));
    if (this.#known.size >= GROUPS_KEPT) this.#known.clear();
    this.#known.set(index, group);
    return group;
  }
}
