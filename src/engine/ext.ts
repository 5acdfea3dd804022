/**
 * Reads small files of an ext2, ext3 or ext4 file system by path: enough to learn a Pi's name and system. The journal is
 * not replayed here, so the content is what lies on the disk now. Source: Linux Documentation/filesystems/ext4. All bytes
 * are untrusted: every count is bounded, every read is checked, a surprise is MalformedBytes and becomes null outside.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { findInFolder } from './ext-folder.ts';
import { type ExtInode, parseInode, readContent } from './ext-inode.ts';
import { type ExtSuperblock, parseSuperblock } from './ext-superblock.ts';

export interface ExtVolume {
  readonly superblock: ExtSuperblock;
  /** A file by absolute path, symbolic links followed; null where there is none, it is too large or not understood. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array | null>;
}

const ROOT_INODE = 2;
const MAX_LINKS = 8;
const MAX_FOLDER_BYTES = 4 * 1024 * 1024;

/** Null when there is no ext superblock that makes sense. Device errors pass through. */
export async function openExt(device: BlockDevice): Promise<ExtVolume | null> {
  const superblock = parseSuperblock(await readUpTo(device, 1024, 1024));
  if (!superblock) return null;
  const volume = new Volume(device, superblock);
  return {
    superblock,
    async readFile(path, maxBytes) {
      try {
        return await volume.readPath(path, maxBytes);
      } catch (error) {
        if (error instanceof MalformedBytes) return null;
        throw error;
      }
    },
  };
}

class Volume {
  readonly #device: BlockDevice;
  readonly #super: ExtSuperblock;

  constructor(device: BlockDevice, superblock: ExtSuperblock) {
    this.#device = device;
    this.#super = superblock;
  }

  async readPath(path: string, maxBytes: number): Promise<Uint8Array | null> {
    let pending = path.split('/').filter((part) => part !== '');
    let links = 0;
    /** Inodes from the root down to where we are, so that ".." can go up. */
    let trail = [await this.#inode(ROOT_INODE)];
    while (pending.length > 0) {
      const [part, ...rest] = pending;
      const here = trail.at(-1);
      if (part === undefined || here === undefined || here.kind !== 'folder') return null;
      pending = rest;
      if (part === '.') continue;
      if (part === '..') {
        if (trail.length > 1) trail = trail.slice(0, -1);
        continue;
      }
      const folder = await readContent(this.#device, this.#super, here, MAX_FOLDER_BYTES);
      const number = folder && findInFolder(folder, part, this.#super.blockBytes);
      if (!number) return null;
      const next = await this.#inode(number);
      if (next.kind !== 'link') {
        trail = [...trail, next];
        continue;
      }
      if (++links > MAX_LINKS) return null;
      const target = await readContent(this.#device, this.#super, next, 4096);
      if (!target) return null;
      const text = new TextDecoder().decode(target);
      if (text.startsWith('/')) trail = trail.slice(0, 1);
      pending = [...text.split('/').filter((piece) => piece !== ''), ...pending];
    }
    const found = trail.at(-1);
    if (found?.kind !== 'file' || found.bytes > maxBytes) return null;
    return readContent(this.#device, this.#super, found, maxBytes);
  }

  async #inode(number: number): Promise<ExtInode> {
    const { blockBytes, inodesPerGroup, inodeBytes, descriptorBytes, inodes } = this.#super;
    if (number < 1 || number > inodes) throw new MalformedBytes(`inode ${number} does not exist`);
    const group = Math.floor((number - 1) / inodesPerGroup);
    const descriptor = new ByteReader(
      await readUpTo(this.#device, this.#descriptorAt(group), descriptorBytes),
    );
    const high = descriptorBytes >= 64 ? descriptor.u32(0x28) * 2 ** 32 : 0;
    const table = (descriptor.u32(8) + high) * blockBytes;
    const at = table + ((number - 1) % inodesPerGroup) * inodeBytes;
    return parseInode(new ByteReader(await readUpTo(this.#device, at, inodeBytes)));
  }

  /** Group descriptors lie behind the superblock, or with meta_bg at the head of each group of groups. */
  #descriptorAt(group: number): number {
    const { blockBytes, descriptorBytes, firstDataBlock, metaBg, blocksPerGroup } = this.#super;
    if (!metaBg) return (firstDataBlock + 1) * blockBytes + group * descriptorBytes;
    const perBlock = Math.floor(blockBytes / descriptorBytes);
    const metaGroup = Math.floor(group / perBlock);
    const first = metaGroup * perBlock * blocksPerGroup + firstDataBlock;
    // Only groups that carry a superblock copy keep their descriptors one block further on; group 0 always does.
    const skip = metaGroup === 0 ? 1 : 0;
    return (first + skip) * blockBytes + (group % perBlock) * descriptorBytes;
  }
}
