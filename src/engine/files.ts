/** The files of a card or an image: one tree for each partition with a FAT or an ext file system. */

import type { BlockDevice } from './block-device.ts';
import type { Card } from './card.ts';
import { openExtTree } from './ext-tree-open.ts';
import { openFatTree } from './fat-tree-open.ts';
import type { FileTree } from './file-tree.ts';
import { windowOf } from './window.ts';

/** `card` is what `readCard` says of `device`. Device errors pass through; everything else is said by the tree itself. */
export async function openFileTrees(device: BlockDevice, card: Card): Promise<readonly FileTree[]> {
  const trees: FileTree[] = [];
  for (const { index, label, offset, bytes, fat, ext } of card.partitions) {
    const window = windowOf(device, offset, bytes);
    const head = { partition: index, label };
    if (fat) trees.push(await openFatTree(window, { ...head, bits: fat.bits }));
    if (ext) trees.push(await openExtTree(window, head));
  }
  return trees;
}
