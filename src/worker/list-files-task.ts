/** Lists the partitions of a card or an image, or a page of the files in one. */

import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { joinPath } from '../engine/file-name.ts';
import { parsePlace, treeAt } from '../engine/file-place.ts';
import type { FileFacts, FileTree } from '../engine/file-tree.ts';
import { english } from '../language/english.ts';
import type { ListedFile, ListedPartition, ListFilesResult } from './file-results.ts';
import { cutPath, cutText, listed, problemsOf } from './listed-file.ts';
import { type OpenedFiles, openFiles } from './open-files.ts';
import type { TaskContext } from './task-context.ts';
import type { ListFilesTask } from './tasks.ts';

/** Entries of one folder that are sorted; of a larger one only as many, in the order of the disk, are looked at. */
const MAX_SORTED = 500_000;

/** Throws what opening throws; USAGE, NO_SUCH_FILE, FILE_DAMAGED, UNSUPPORTED for a place that is none or cannot be read. */
export async function runListFiles(
  task: ListFilesTask,
  context: TaskContext,
): Promise<ListFilesResult> {
  const place = task.path === null ? null : parsePlace(task.path);
  const platform = await context.createPlatform({ slot: task.source.slot });
  const opened = await openFiles({ ...task, platform, destination: null }, context);
  try {
    const partitions = partitionsOf(opened);
    const { target } = task;
    const head = { task: 'list-files', target, partitions } as const;
    if (!place) {
      const nothing = { partition: null, path: null, files: [], isMore: false, isCutOff: false };
      return { ...head, ...nothing, problems: problemsOf(...opened.trees) };
    }
    const tree = treeAt(place, opened.trees, opened.roles, opened.card);
    const path = await existing(tree, place.path);
    const page = await pageOf(tree, path, task, context);
    const where = { partition: tree.partition, path: cutPath(path) };
    return { ...head, ...where, ...page, problems: problemsOf(tree) };
  } finally {
    await opened.close();
  }
}

function partitionsOf({ card, trees, roles }: OpenedFiles): ListedPartition[] {
  return card.partitions.slice(0, 256).map(({ index, fileSystem, label, bytes }) => {
    const tree = trees.find(({ partition }) => partition === index);
    return {
      partition: index,
      fileSystem: tree?.fileSystem ?? fileSystem,
      label,
      bytes,
      role: tree && tree === roles.system ? 'system' : tree && tree === roles.boot ? 'boot' : null,
      trouble: tree
        ? tree.trouble && cutText(tree.trouble)
        : english`there is no FAT, ext2, ext3 or ext4 file system on it`,
    };
  });
}

/** A link that leads to a folder is that folder; any other link is shown itself. */
async function existing(tree: FileTree, path: string): Promise<string> {
  const resolved = await tree.resolve(path);
  if (resolved !== null && (await tree.facts(resolved))?.kind === 'folder') return resolved;
  if (await tree.facts(path)) return path;
  if (tree.trouble !== null) {
    throw new PiKeepError('UNSUPPORTED', { what: english`listing partition ${tree.partition}` });
  }
  throw new PiKeepError('NO_SUCH_FILE', { path, what: 'file' });
}

type Page = Pick<ListFilesResult, 'files' | 'isMore' | 'isCutOff'>;

async function pageOf(
  tree: FileTree,
  path: string,
  { recursive, search, offset, limit, patienceMs = Number.POSITIVE_INFINITY }: ListFilesTask,
  { signal, monotonic }: TaskContext,
): Promise<Page> {
  const end = monotonic() + patienceMs;
  const wanted = search?.toLowerCase() ?? null;
  const files: ListedFile[] = [];
  let seen = 0;
  for await (const [found, facts] of filesAt(tree, path, recursive, signal)) {
    if (monotonic() > end) return { files, isMore: false, isCutOff: true };
    if (wanted !== null && !facts.name.toLowerCase().includes(wanted)) continue;
    if (seen++ < offset) continue;
    if (files.length === limit) return { files, isMore: true, isCutOff: false };
    files.push(listed(found, facts, await targetOf(tree, found, facts)));
  }
  return { files, isMore: false, isCutOff: false };
}

async function* filesAt(
  tree: FileTree,
  path: string,
  recursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly [string, FileFacts], void, void> {
  const facts = await tree.facts(path);
  if (facts && facts.kind !== 'folder') {
    yield [path, facts];
    return;
  }
  if (recursive) {
    for await (const file of tree.walk(path, { signal })) yield [file.path, file];
    return;
  }
  const entries: FileFacts[] = [];
  for await (const entry of tree.list(path, { signal })) {
    entries.push(entry);
    if (entries.length === MAX_SORTED) break;
  }
  entries.sort((one, other) => Buffer.compare(one.nameBytes, other.nameBytes));
  for (const entry of entries) yield [joinPath(path, entry.name), entry];
}

/** Null too where the link is damaged; the listing goes on. */
async function targetOf(tree: FileTree, path: string, { kind }: FileFacts): Promise<string | null> {
  if (kind !== 'link') return null;
  try {
    return await tree.linkTarget(path);
  } catch (error) {
    if (!isPiKeepError(error, 'FILE_DAMAGED', 'UNSUPPORTED')) throw error;
    return null;
  }
}
