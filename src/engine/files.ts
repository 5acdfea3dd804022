/** The files of a card or an image: one tree for each partition with a FAT or an ext file system. */

import type { BlockDevice } from './block-device.ts';
import type { Card } from './card.ts';
import type { FileTree } from './file-tree.ts';

/** `card` is what `readCard` says of `device`. Device errors pass through; everything else is said by the tree itself. */
export async function openFileTrees(
  _device: BlockDevice,
  _card: Card,
): Promise<readonly FileTree[]> {
  return [];
}
