/** How people and scripts name a file of a card: a path, and in front of it the partition, where it is not the system's. */

import { english } from '../language/english.ts';
import type { Card } from './card.ts';
import { isPiKeepError, PiKeepError } from './errors.ts';
import type { FileTree } from './file-tree.ts';
import { piBootFiles } from './pi-card.ts';

/** "/etc/hostname" is on the system's partition, "boot:/config.txt" on that of the boot files, "2:/etc" on the second. */
export interface FilePlace {
  readonly where: 'system' | 'boot' | number;
  /** From the root of that partition. */
  readonly path: string;
}

/** Throws USAGE for what is no such place. */
export function parsePlace(text: string): FilePlace {
  const match = /^(?:(boot|system|\d{1,3}):)?(\/.*)?$/s.exec(text);
  const [, prefix, path = '/'] = match ?? [];
  if (!match || text === '') {
    const detail = english`${JSON.stringify(text)} names no file: give a path like "/etc/hostname", "boot:/config.txt" or "2:/etc".`;
    throw new PiKeepError('USAGE', { detail });
  }
  if (prefix === 'boot') return { where: 'boot', path };
  return { where: prefix === undefined || prefix === 'system' ? 'system' : Number(prefix), path };
}

export interface Roles {
  readonly system: FileTree | null;
  readonly boot: FileTree | null;
}

/** Entries of a root folder that are looked at for boot files. */
const MAX_ROOT_ENTRIES = 1000;

/**
 * The system is on the first partition with a folder "/etc", else on the only ext file system, else on the only partition
 * there is. The boot files are on the first FAT where there are some, else on the first FAT. Device errors pass through.
 */
export async function rolesOf(trees: readonly FileTree[]): Promise<Roles> {
  const readable = trees.filter(({ trouble }) => trouble === null);
  const fats = readable.filter(isFat);
  const exts = readable.filter((tree) => !isFat(tree));
  const only = (some: readonly FileTree[]): FileTree | null =>
    some.length === 1 ? (some[0] ?? null) : null;
  return {
    system: (await firstOf(exts, hasSystem)) ?? only(exts) ?? only(readable),
    boot: (await firstOf(fats, hasBootFiles)) ?? fats[0] ?? null,
  };
}

/** Throws USAGE when the card has no such partition, or it cannot be told which one is meant. */
export function treeAt(
  { where }: FilePlace,
  trees: readonly FileTree[],
  roles: Roles,
  card: Card,
): FileTree {
  if (typeof where !== 'number') {
    const tree = roles[where];
    if (tree) return tree;
    const detail =
      where === 'boot'
        ? english`No partition with boot files was found; say which one is meant, as in "1:/config.txt".`
        : english`No partition with a system was found; say which one is meant, as in "1:/config.txt".`;
    throw new PiKeepError('USAGE', { detail });
  }
  const tree = trees.find(({ partition }) => partition === where);
  if (tree) return tree;
  const found = card.partitions.find(({ index }) => index === where);
  if (!found) throw new PiKeepError('USAGE', { detail: english`There is no partition ${where}.` });
  const what = english`reading files from partition ${where} (${found.fileSystem ?? found.typeName})`;
  throw new PiKeepError('UNSUPPORTED', { what });
}

function isFat({ fileSystem }: FileTree): boolean {
  return fileSystem.startsWith('fat');
}

async function firstOf(
  trees: readonly FileTree[],
  matches: (tree: FileTree) => Promise<boolean>,
): Promise<FileTree | null> {
  for (const tree of trees) {
    try {
      if (await matches(tree)) return tree;
    } catch (error) {
      // A damaged root says nothing about the others.
      if (!isPiKeepError(error, 'FILE_DAMAGED', 'UNSUPPORTED', 'NO_SUCH_FILE')) throw error;
    }
  }
  return null;
}

async function hasSystem(tree: FileTree): Promise<boolean> {
  const path = await tree.resolve('/etc');
  return path !== null && (await tree.facts(path))?.kind === 'folder';
}

async function hasBootFiles(tree: FileTree): Promise<boolean> {
  const names: string[] = [];
  for await (const { name } of tree.list('/')) {
    names.push(name);
    if (names.length >= MAX_ROOT_ENTRIES) break;
  }
  return piBootFiles(names).length > 0;
}
