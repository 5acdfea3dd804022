/**
 * Reads small files of an ext2, ext3 or ext4 file system by path: enough to learn a Pi's name and system. The journal is
 * not replayed here, so the content is what lies on the disk now. Source: Linux Documentation/filesystems/ext4. All bytes
 * are untrusted: every count is bounded, every read is checked, a surprise is MalformedBytes and becomes null outside.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes, uuidText } from './bytes.ts';
import { findInFolder } from './ext-folder.ts';
import { type ExtInode, parseInode, readContent } from './ext-inode.ts';

export interface ExtSuperblock {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly descriptorBytes: number;
  readonly inodes: number;
  readonly metaBg: boolean;
  readonly label: string | null;
  readonly uuid: string;
  /** The file system was unmounted properly and no error was noted. */
  readonly clean: boolean;
  /** The journal holds changes that are not on the disk yet: the card was pulled from a running Pi. */
  readonly needsRecovery: boolean;
  /** Seconds since 1970; 0 when never. */
  readonly lastWritten: number;
}

export interface ExtVolume {
  readonly superblock: ExtSuperblock;
  /** A file by absolute path, symbolic links followed; null where there is none, it is too large or not understood. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array | null>;
}

const ROOT_INODE = 2;
const MAX_LINKS = 8;
const MAX_FOLDER_BYTES = 4 * 1024 * 1024;
const INCOMPAT_META_BG = 0x10;
const INCOMPAT_64BIT = 0x80;
const INCOMPAT_RECOVER = 0x04;

/** Null when there is no ext superblock that makes sense. Device errors pass through. */
export async function openExt(device: BlockDevice): Promise<ExtVolume | null> {
  const superblock = orNull(parseSuperblock, new ByteReader(await readUpTo(device, 1024, 1024)));
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

function orNull<T>(parse: (bytes: ByteReader) => T | null, bytes: ByteReader): T | null {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

function parseSuperblock(raw: ByteReader): ExtSuperblock | null {
  if (raw.bytes.length < 1024 || raw.u16(0x38) !== 0xef53) return null;
  const logBlock = raw.u32(0x18);
  if (logBlock > 6) return null;
  const incompat = raw.u32(0x60);
  const is64 = (incompat & INCOMPAT_64BIT) !== 0;
  const revision = raw.u32(0x4c);
  const inodeBytes = revision === 0 ? 128 : raw.u16(0x58);
  const descriptorBytes = is64 ? raw.u16(0xfe) : 32;
  const superblock: ExtSuperblock = {
    blockBytes: 1024 << logBlock,
    blocks: raw.u32(0x04) + (is64 ? raw.u32(0x150) * 2 ** 32 : 0),
    inodes: raw.u32(0x00),
    firstDataBlock: raw.u32(0x14),
    blocksPerGroup: raw.u32(0x20),
    inodesPerGroup: raw.u32(0x28),
    inodeBytes,
    descriptorBytes,
    metaBg: (incompat & INCOMPAT_META_BG) !== 0,
    label: new TextDecoder().decode(trimNul(raw.slice(0x78, 16))) || null,
    uuid: uuidText(raw.slice(0x68, 16)),
    clean: (raw.u16(0x3a) & 1) === 1 && (raw.u16(0x3a) & 2) === 0,
    needsRecovery: (incompat & INCOMPAT_RECOVER) !== 0,
    lastWritten: raw.u32(0x30),
  };
  const sane =
    superblock.blocksPerGroup > 0 &&
    superblock.inodesPerGroup > 0 &&
    inodeBytes >= 128 &&
    inodeBytes <= superblock.blockBytes &&
    descriptorBytes >= 32 &&
    descriptorBytes <= 1024;
  return sane ? superblock : null;
}

function trimNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
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
