/** Opens the tree of files of an ext2, ext3 or ext4 partition, as a Pi would see it after its next start. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { brokenTree } from './broken-tree.ts';
import { cachedDevice } from './cached-device.ts';
import { COMPAT, INCOMPAT, readingTrouble } from './ext-features.ts';
import { geometryTrouble } from './ext-geometry.ts';
import { tryReplay } from './ext-map.ts';
import {
  type ExtSuperblock,
  parseSuperblock,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
} from './ext-superblock.ts';
import { ExtSource } from './ext-tree.ts';
import type { FileTree } from './file-tree.ts';
import { TreeOf } from './tree-of.ts';
import { TreeProblems } from './tree-problems.ts';

export interface ExtHead {
  readonly partition: number;
  readonly label: string | null;
}

/** Device errors pass through; what is not understood is the tree's `trouble`. */
export async function openExtTree(window: BlockDevice, head: ExtHead): Promise<FileTree> {
  const raw = await readSuperblock(window);
  const problems = new TreeProblems();
  const view = raw?.needsRecovery ? await tryReplay(window) : window;
  if (typeof view === 'string') {
    problems.add(`its journal could not be replayed, because ${view}; newest changes are missing`);
  }
  const device = cachedDevice(typeof view === 'string' ? window : view);
  const superblock = await readSuperblock(device);
  const fileSystem = superblock ? nameOf(superblock) : 'ext';
  const trouble = superblock ? troubleOf(superblock) : 'its superblock makes no sense';
  if (!superblock || trouble !== null) {
    return brokenTree({ ...head, fileSystem }, trouble ?? 'its superblock makes no sense');
  }
  if (superblock.blocks * superblock.blockBytes > window.size) {
    problems.add('the image ends before this file system does; what lies behind is missing');
  }
  return new TreeOf({ ...head, fileSystem }, new ExtSource({ device, superblock }), problems);
}

async function readSuperblock(device: BlockDevice): Promise<ExtSuperblock | null> {
  return parseSuperblock(await readUpTo(device, SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES));
}

/** Files of an image that is cut off are read as far as they are there. */
function troubleOf(superblock: ExtSuperblock): string | null {
  return (
    readingTrouble(superblock.features) ?? geometryTrouble(superblock, Number.POSITIVE_INFINITY)
  );
}

/** As blkid tells them apart: by features that only the newer ones have. */
function nameOf({ features }: ExtSuperblock): string {
  const newer = INCOMPAT.extents | INCOMPAT.is64Bit | INCOMPAT.flexBg | INCOMPAT.metaBg;
  if (features.incompat & newer) return 'ext4';
  return features.compat & COMPAT.hasJournal ? 'ext3' : 'ext2';
}
