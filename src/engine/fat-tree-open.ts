/** Opens the tree of files of a FAT partition. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { brokenTree } from './broken-tree.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { cachedDevice } from './cached-device.ts';
import { type FatGeometry, readGeometry } from './fat-geometry.ts';
import { FatReader } from './fat-reader.ts';
import { FatSource } from './fat-tree.ts';
import type { FileTree } from './file-tree.ts';
import { TreeOf } from './tree-of.ts';
import { TreeProblems } from './tree-problems.ts';

/** `bits` as the card says. Device errors pass through. */
export async function openFatTree(
  window: BlockDevice,
  head: { readonly partition: number; readonly label: string | null; readonly bits: number },
): Promise<FileTree> {
  const { partition, label } = head;
  const names = { partition, label, fileSystem: `fat${head.bits}` };
  const device = cachedDevice(window);
  const boot = new ByteReader(await readUpTo(device, 0, 512));
  const geometry = geometryOf(boot);
  if (!geometry) return brokenTree(names, 'its boot sector makes no sense');
  const problems = new TreeProblems();
  if (geometry.bytes > window.size) {
    problems.add('the image ends before this file system does; what lies behind is missing');
  }
  return new TreeOf(names, new FatSource(new FatReader(device, geometry, boot)), problems);
}

function geometryOf(boot: ByteReader): FatGeometry | null {
  try {
    return readGeometry(boot);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
