/**
 * Finds the paths of inodes: the way back that no file system keeps. Every folder is read once, and only the names that are
 * asked for are remembered, so memory does not grow with the number of files.
 */

import { MalformedBytes } from './bytes.ts';
import { throwIfInterrupted } from './errors.ts';
import type { ExtVolumeView } from './ext-blocks.ts';
import { folderParts } from './ext-folder.ts';
import type { ExtGroups } from './ext-groups.ts';
import { InodeReader, ROOT_INODE } from './ext-inodes.ts';
import { nameText } from './file-name.ts';

const MAX_FOLDER_BYTES = 16 * 1024 * 1024;
/** Linux itself takes no longer path than 4096 bytes. */
const MAX_DEPTH = 2048;
const MAX_PATH_LETTERS = 1024;

export interface ExtTree extends ExtVolumeView {
  readonly groups: ExtGroups;
}

interface NamedInode {
  readonly inode: number;
  /** As text; "." and ".." are the folder itself and the one above. */
  readonly name: string;
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
  readonly #inodes: InodeReader;
  #bytesLeft: number;
  /** The one read last: siblings ask for the same parent, one after the other. */
  #last: { folder: number; entries: readonly NamedInode[] } | null = null;

  constructor(tree: ExtTree) {
    this.#tree = tree;
    this.#inodes = new InodeReader(tree, tree.groups);
    this.#bytesLeft = tree.superblock.blocks * tree.superblock.blockBytes * 4;
  }

  /** Empty for what is no folder, or does not make sense. */
  async read(folder: number): Promise<readonly NamedInode[]> {
    if (this.#last?.folder === folder) return this.#last.entries;
    let entries: readonly NamedInode[] = [];
    try {
      entries = await this.#entries(folder);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
    }
    this.#last = { folder, entries };
    return entries;
  }

  async #entries(number: number): Promise<readonly NamedInode[]> {
    const inode = await this.#inodes.read(number);
    if (inode.kind !== 'folder' || inode.bytes > MAX_FOLDER_BYTES) return [];
    this.#bytesLeft -= inode.bytes;
    if (this.#bytesLeft < 0) return [];
    const named: NamedInode[] = [];
    for await (const { entries } of folderParts(this.#tree, inode)) {
      for (const entry of entries) named.push({ inode: entry.inode, name: plainName(entry.name) });
    }
    return named;
  }
}

function plainName(name: Uint8Array): string {
  const dots = name.length <= 2 && name.every((byte) => byte === 0x2e);
  return dots ? '.'.repeat(name.length) : nameText(name);
}

function cut(path: string): string {
  return path.length > MAX_PATH_LETTERS ? `${path.slice(0, MAX_PATH_LETTERS)}…` : path;
}
