/** Takes files and folders out of a card or an image. */

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { joinPath, nameBytes } from '../engine/file-name.ts';
import { parsePlace, treeAt } from '../engine/file-place.ts';
import type { FileFacts, FileTree } from '../engine/file-tree.ts';
import { english } from '../language/english.ts';
import { destinationError } from '../library/destination-error.ts';
import { extract } from '../library/extraction.ts';
import { hostNames } from '../library/extraction-names.ts';
import { ExtractionReport, skipProblems } from '../library/extraction-report.ts';
import { HostFolder } from '../library/host-folder.ts';
import type { VolumeFacts } from '../platform/ports.ts';
import { requireRoom, sumUp } from './extraction-size.ts';
import { type ExtractResult, MAX_NAMED } from './file-results.ts';
import { cutPath, cutText, exact } from './listed-file.ts';
import { type OpenedFiles, openFiles } from './open-files.ts';
import { phaseMeter } from './phase-progress.ts';
import type { TaskContext } from './task-context.ts';
import type { ExtractTask } from './tasks.ts';

/** One thing to take. */
export interface Wanted {
  readonly tree: FileTree;
  /** Without links in it. */
  readonly path: string;
  readonly facts: FileFacts;
  /** What it will be called. */
  readonly name: Buffer;
}

/**
 * Throws what opening throws; USAGE, NO_SUCH_FILE, FILE_DAMAGED, UNSUPPORTED for a place that is none or cannot be read, before
 * anything is made; DESTINATION_EXISTS, DESTINATION_TOO_SMALL and their relatives; INTERRUPTED. What cannot be read of a folder
 * is in the result.
 */
export async function runExtract(task: ExtractTask, context: TaskContext): Promise<ExtractResult> {
  const started = context.monotonic();
  const platform = await context.createPlatform({ slot: task.source.slot });
  const folder = await folderOf(task.destination);
  const volume = await platform.volumes.volumeOf(folder);
  const opened = await openFiles({ ...task, platform, destination: folder }, context);
  try {
    const wanted = await findAll(task, opened);
    const into = await HostFolder.open(Buffer.from(folder));
    try {
      await requireFree(wanted, into);
      const report = await takeAll(wanted, into, volume, opened, context);
      return resultOf(task, report, (context.monotonic() - started) / 1000);
    } finally {
      await into.close();
    }
  } finally {
    await opened.close();
  }
}

async function takeAll(
  wanted: readonly Wanted[],
  into: HostFolder,
  volume: VolumeFacts,
  { wasUnreadable }: OpenedFiles,
  context: TaskContext,
): Promise<ExtractionReport> {
  const { signal } = context;
  const total = await sumUp(wanted, signal);
  await requireRoom(wanted, total, into.path.toString(), volume, signal);
  const onProgress = phaseMeter('copying', total, context);
  const report = new ExtractionReport();
  const { maxFileBytes } = volume;
  for (const one of wanted) {
    await extract({ ...one, into, report, maxFileBytes, wasUnreadable, onProgress, signal });
  }
  // Of damaged folders the first look, for their size, has heard already.
  for (const tree of new Set(wanted.map((one) => one.tree))) skipProblems(report, tree.problems);
  return report;
}

/** The folder that receives, without links in it. */
async function folderOf(destination: ExtractTask['destination']): Promise<string> {
  const named = destination.kind === 'folder' ? destination.folder : path.dirname(destination.path);
  try {
    const folder = await fs.realpath(named);
    if ((await fs.stat(folder)).isDirectory()) return folder;
    throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
  } catch (error) {
    throw destinationError(error, named);
  }
}

async function findAll(task: ExtractTask, opened: OpenedFiles): Promise<Wanted[]> {
  const { destination, paths } = task;
  if (destination.kind === 'as' && paths.length !== 1) {
    const detail = english`Several files need a folder that exists as their destination.`;
    throw new PiKeepError('USAGE', { detail });
  }
  const wanted: Wanted[] = [];
  for (const text of paths) {
    const place = parsePlace(text);
    const tree = treeAt(place, opened.trees, opened.roles, opened.card);
    const found = await find(tree, place.path);
    const name =
      destination.kind === 'as'
        ? Buffer.from(path.basename(destination.path))
        : nameOf(tree, place.path);
    wanted.push({ tree, ...found, name });
  }
  return wanted;
}

/** What is named is meant, not the link by whose name it goes; below a folder links stay links. */
async function find(tree: FileTree, named: string): Promise<{ path: string; facts: FileFacts }> {
  const resolved = await tree.resolve(named);
  const facts = resolved === null ? null : await tree.facts(resolved);
  if (resolved === null || !facts) {
    throw new PiKeepError('NO_SUCH_FILE', { path: named, what: 'file' });
  }
  if (facts.kind === 'file' || facts.kind === 'folder') {
    if (facts.unreadable === null) return { path: resolved, facts };
    throw new PiKeepError('FILE_DAMAGED', { path: named, detail: facts.unreadable });
  }
  const what = english`taking ${named}, because it is no file and no folder`;
  throw new PiKeepError('UNSUPPORTED', { what });
}

/** The last name of a path as it was given; the root is called like its partition. */
function nameOf({ partition, label }: FileTree, named: string): Buffer {
  const last = joinPath('/', named)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .at(-1);
  const text = last === undefined || last === '..' ? (label ?? `partition ${partition}`) : last;
  const bytes = last === undefined ? Buffer.from(text) : (nameBytes(text) ?? Buffer.from(text));
  const [name = Buffer.from(`partition ${partition}`)] = hostNames(bytes, text);
  return name;
}

/** Before anything is made. */
async function requireFree(wanted: readonly Wanted[], into: HostFolder): Promise<void> {
  const names = new Set<string>();
  for (const { name } of wanted) {
    const full = path.join(into.path.toString(), name.toString());
    const key = name.toString('latin1');
    if (names.has(key) || (await isThere(into, name))) {
      throw new PiKeepError('DESTINATION_EXISTS', { path: full });
    }
    names.add(key);
  }
}

async function isThere(into: HostFolder, name: Buffer): Promise<boolean> {
  try {
    return await into.has(name);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    throw destinationError(error, into.path.toString());
  }
}

function resultOf(
  { target }: ExtractTask,
  report: ExtractionReport,
  seconds: number,
): ExtractResult {
  const { files, folders, links, bytes, made, skipped, renamed, outward } = report;
  return {
    task: 'extract',
    target,
    made: made.items.slice(0, MAX_NAMED).map(cutPath),
    ...{ files, folders, links },
    bytes: exact(bytes),
    skipped: skipped.items.map(({ path: where, why, kept }) => ({
      path: cutPath(where),
      why: cutText(why),
      kept,
    })),
    moreSkipped: skipped.more,
    renamed: renamed.items.map(({ path: where, name }) => ({ path: cutPath(where), name })),
    moreRenamed: renamed.more,
    outward: outward.items.map((one) => ({
      path: cutPath(one.path),
      target: cutPath(one.target),
    })),
    moreOutward: outward.more,
    seconds,
  };
}
