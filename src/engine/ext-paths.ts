/**
 * Finds the paths of inodes: the way back that no file system keeps. Every folder is read once, and only the names that are
 * asked for are remembered, so memory does not grow with the number of files.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { throwIfInterrupted } from './errors.ts';
import { type ExtEntry, entriesOf } from './ext-folder.ts';
import type { ExtGroups } from './ext-groups.ts';
import { type ExtInode, parseInode, readContent } from './ext-inode.ts';
import { inodeOffset } from './ext-inodes.ts';
import type { ExtSuperblock } from './ext-superblock.ts';

const ROOT_INODE = 2;
const MAX_FOLDER_BYTES = 16 * 1024 * 1024;
/** Linux itself takes no longer path than 4096 bytes. */
const MAX_DEPTH = 2048;
const MAX_PATH_LETTERS = 1024;

export interface ExtTree {
  readonly device: BlockDevice;
  readonly superblock: ExtSuperblock;
  readonly groups: ExtGroups;
}

/** The path of each wanted inode, as far as a folder leads to it; of several links one. `folders` are all folder inodes. */
export async function findPaths(
  tree: ExtTree,
  folders: Iterable<number>,
  wanted: ReadonlySet<number>,
  signal?: AbortSignal,
): Promise<Map<number, string>> {
  const reader = new FolderReader(tree);
  const found = new Map<number, { parent: number; name: string }>();
  for (const folder of folders) {
    if (found.size === wanted.size) break;
    throwIfInterrupted(signal);
    for (const { inode, name } of await reader.read(folder)) {
      if (name === '.' || name === '..' || !wanted.has(inode) || found.has(inode)) continue;
      found.set(inode, { parent: folder, name });
    }
  }
  const way = new WayUp(reader);
  const paths = new Map<number, string>();
  for (const [inode, { parent, name }] of found) {
    const above = await way.pathOf(parent);
    if (above !== null) paths.set(inode, cut(`${above === '/' ? '' : above}/${name}`));
  }
  if (wanted.has(ROOT_INODE)) paths.set(ROOT_INODE, '/');
  return paths;
}

/** Paths of folders, by asking each for its parent and the parent for its name. */
class WayUp {
  readonly #reader: FolderReader;
  readonly #known = new Map<number, string | null>([[ROOT_INODE, '/']]);

  constructor(reader: FolderReader) {
    this.#reader = reader;
  }

  /** Null when the way does not lead to the root. */
  async pathOf(folder: number): Promise<string | null> {
    const names: { inode: number; name: string }[] = [];
    const seen = new Set<number>();
    let at = folder;
    let above = this.#known.get(at);
    while (above === undefined) {
      const step = seen.has(at) || seen.size > MAX_DEPTH ? null : await this.#stepUp(at);
      seen.add(at);
      if (!step) {
        this.#known.set(folder, null);
        return null;
      }
      names.push({ inode: at, name: step.name });
      at = step.parent;
      above = this.#known.get(at);
    }
    let path = above;
    for (const { inode, name } of names.toReversed()) {
      path = path === null ? null : cut(`${path === '/' ? '' : path}/${name}`);
      this.#known.set(inode, path);
    }
    return path;
  }

  async #stepUp(folder: number): Promise<{ parent: number; name: string } | null> {
    const parent = (await this.#reader.read(folder)).find(({ name }) => name === '..')?.inode;
    if (parent === undefined || parent === folder) return null;
    const own = (await this.#reader.read(parent)).find(
      ({ inode, name }) => inode === folder && name !== '.' && name !== '..',
    );
    return own ? { parent, name: own.name } : null;
  }
}

/** Reads folders, in all no more than a few times the size of the file system: folders that share blocks are no folders. */
class FolderReader {
  readonly #tree: ExtTree;
  #bytesLeft: number;
  /** The one read last: siblings ask for the same parent, one after the other. */
  #last: { folder: number; entries: readonly ExtEntry[] } | null = null;

  constructor(tree: ExtTree) {
    this.#tree = tree;
    this.#bytesLeft = tree.superblock.blocks * tree.superblock.blockBytes * 4;
  }

  /** Empty for what is no folder, or does not make sense. */
  async read(folder: number): Promise<readonly ExtEntry[]> {
    if (this.#last?.folder === folder) return this.#last.entries;
    let entries: readonly ExtEntry[] = [];
    try {
      entries = await this.#entries(folder);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
    }
    this.#last = { folder, entries };
    return entries;
  }

  async #entries(number: number): Promise<readonly ExtEntry[]> {
    const { device, superblock } = this.#tree;
    const inode = await readInode(this.#tree, number);
    if (inode?.kind !== 'folder') return [];
    if (inode.inline) return inlineEntries(inode.block);
    this.#bytesLeft -= inode.bytes;
    if (this.#bytesLeft < 0) return [];
    const content = await readContent(device, superblock, inode, MAX_FOLDER_BYTES);
    return content ? [...entriesOf(content, superblock.blockBytes)] : [];
  }
}

/** A folder inside its inode: the number of its parent, then entries as usual. */
function inlineEntries(block: Uint8Array): ExtEntry[] {
  const parent = new ByteReader(block).u32(0);
  return [{ inode: parent, name: '..' }, ...entriesOf(block.subarray(4), block.length - 4)];
}

async function readInode(
  { device, superblock, groups }: ExtTree,
  number: number,
): Promise<ExtInode | null> {
  const { inodes, inodesPerGroup, inodeBytes } = superblock;
  if (number < 1 || number > inodes) return null;
  const group = groups.group(Math.floor((number - 1) / inodesPerGroup));
  if (!group.ok) return null;
  const at = inodeOffset(superblock, group, (number - 1) % inodesPerGroup);
  return parseInode(new ByteReader(await readUpTo(device, at, inodeBytes)));
}

function cut(path: string): string {
  return path.length > MAX_PATH_LETTERS ? `${path.slice(0, MAX_PATH_LETTERS)}…` : path;
}
