/**
 * Reads small files of an ext2, ext3 or ext4 file system by path: enough to learn a Pi's name and system. The journal is
 * not replayed here, so the content is what lies on the disk now. All bytes are untrusted; a surprise becomes null.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import { readContent } from './ext-content.ts';
import { type ExtSuperblock, parseSuperblock } from './ext-superblock.ts';
import { ExtSource } from './ext-tree.ts';
import { TreeLookup } from './tree-lookup.ts';

export interface ExtVolume {
  readonly superblock: ExtSuperblock;
  /** A file by absolute path, symbolic links followed; null where there is none, it is too large or not understood. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array | null>;
}

/** Null when there is no ext superblock that makes sense. Device errors pass through. */
export async function openExt(device: BlockDevice): Promise<ExtVolume | null> {
  const superblock = parseSuperblock(await readUpTo(device, 1024, 1024));
  if (!superblock) return null;
  const view = { device, superblock };
  const lookup = new TreeLookup(new ExtSource(view));
  return {
    superblock,
    async readFile(path, maxBytes) {
      try {
        const found = await lookup.find(path, { followLast: true, signal: undefined });
        const inode = found?.node.place;
        return inode?.kind === 'file' && !inode.encrypted
          ? await readContent(view, inode, maxBytes)
          : null;
      } catch (error) {
        if (error instanceof MalformedBytes) return null;
        throw error;
      }
    },
  };
}
