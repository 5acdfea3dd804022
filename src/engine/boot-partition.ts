/** The partition a Pi starts from, with the few files of it that are looked at. */

import { english } from '../language/english.ts';
import { type ConfigEntry, parseConfig } from './config-txt.ts';
import type { FileTree } from './file-tree.ts';
import { piBootFiles } from './pi-card.ts';
import { readSmallText, troubleOf } from './small-text.ts';

/** Of a folder; a FAT could hold 65536. */
const MAX_NAMES = 8192;
/** Folders that are kept; config.txt can name as many as it likes. */
const MAX_FOLDERS = 32;
const MAX_FILE_BYTES = 1024 * 1024;

export class BootPartition {
  readonly tree: FileTree;
  /** Of files in its root, and in the folder that `os_prefix` names; as written. */
  readonly names: readonly string[];
  /** Of config.txt; empty where it is missing or cannot be used. */
  readonly config: readonly ConfigEntry[];
  /** Why config.txt cannot be used; null when it can, and where there is none. */
  readonly configTrouble: string | null;
  readonly signal: AbortSignal | undefined;
  readonly #folders = new Map<string, ReadonlySet<string>>();

  constructor(
    tree: FileTree,
    facts: Pick<BootPartition, 'names' | 'config' | 'configTrouble' | 'signal'>,
  ) {
    this.tree = tree;
    this.names = facts.names;
    this.config = facts.config;
    this.configTrouble = facts.configTrouble;
    this.signal = facts.signal;
  }

  /** As the partition table counts. */
  get index(): number {
    return this.tree.partition;
  }

  /** The last value of a key in config.txt, whatever filter it stands behind; null where there is none. */
  setting(key: string): string | null {
    return settingOf(this.config, key);
  }

  /** A file of that path is there, whatever the case of its letters. A path that leads up is nowhere. */
  async has(path: string): Promise<boolean> {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..') || parts.length === 0) return false;
    const name = parts.pop() ?? '';
    const folder = `/${parts.join('/')}`.toLowerCase();
    let names = this.#folders.get(folder);
    if (!names) {
      if (this.#folders.size >= MAX_FOLDERS) return false;
      const all = await filesIn(this.tree, pathText(folder), this.signal);
      names = new Set(all.map((one) => one.toLowerCase()));
      this.#folders.set(folder, names);
    }
    return names.has(name.toLowerCase());
  }

  /** Reads a file to its end: why that fails, or null. A file that is not there is no trouble. */
  async unreadableWhy(path: string): Promise<string | null> {
    const { tree, signal } = this;
    try {
      const facts = await tree.facts(pathText(path), { signal });
      if (facts?.kind !== 'file') return null;
      if (facts.bytes === 0) return english`it is empty`;
      for await (const { bytes } of tree.read(pathText(path), { signal })) void bytes;
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  /** A file of at most 1 MiB; null when it is not there, larger or damaged. */
  async bytes(path: string): Promise<Uint8Array | null> {
    const { tree, signal } = this;
    try {
      const facts = await tree.facts(pathText(path), { signal });
      if (facts?.kind !== 'file' || facts.bytes > MAX_FILE_BYTES) return null;
      const into = new Uint8Array(facts.bytes);
      for await (const { offset, data } of tree.read(pathText(path), { signal })) {
        if (data) into.set(data, offset);
      }
      return into;
    } catch (error) {
      troubleOf(error);
      return null;
    }
  }
}

/** The first FAT partition with a Pi's boot files; null where none has them. */
export async function findBootPartition(
  trees: readonly FileTree[],
  signal?: AbortSignal,
): Promise<BootPartition | null> {
  for (const tree of trees) {
    if (!tree.fileSystem.startsWith('fat')) continue;
    const names = await filesIn(tree, '/', signal);
    if (piBootFiles(names).length === 0) continue;
    const read = await readSmallText(tree, '/config.txt', signal);
    const config = read.kind === 'text' ? parseConfig(read.text) : [];
    const configTrouble = read.kind === 'unusable' ? read.why : null;
    const prefix = settingOf(config, 'os_prefix') ?? '';
    const isFolder = /^\/*[\w.-]{1,64}\/$/.test(prefix) && !prefix.includes('..');
    const below = isFolder ? await filesIn(tree, `/${prefix}`, signal) : [];
    return new BootPartition(tree, { names: [...names, ...below], config, configTrouble, signal });
  }
  return null;
}

function settingOf(config: readonly ConfigEntry[], wanted: string): string | null {
  return config.findLast(({ key, value }) => key === wanted && value !== '')?.value ?? null;
}

/** A path from config.txt as a path of the tree, in which a backslash has a meaning. */
function pathText(path: string): string {
  return path.replaceAll('\\', '\\x5C');
}

/** Empty for a folder that is not there or cannot be read. */
async function filesIn(tree: FileTree, folder: string, signal?: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  try {
    if ((await tree.facts(folder, { signal }))?.kind !== 'folder') return names;
    for await (const { name, kind } of tree.list(folder, { signal })) {
      if (kind === 'file') names.push(name);
      if (names.length === MAX_NAMES) break;
    }
  } catch (error) {
    troubleOf(error);
  }
  return names;
}
