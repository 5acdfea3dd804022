/** Goes through the inode tables of ext2/3/4 in large reads, one inode in use after the other. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader } from './bytes.ts';
import { throwIfInterrupted } from './errors.ts';
import type { ExtGroup, ExtGroups } from './ext-groups.ts';
import type { ExtSuperblock } from './ext-superblock.ts';

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
