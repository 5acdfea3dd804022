/**
 * Takes files and folders out of a card into a folder of the user's. Everything on the card is hostile, and nothing outside
 * of the destination is touched: each thing taken is made under a working name of its own, in folders that are new, and gets
 * its final name when it is whole. Only plain files, folders and links are made; links are never followed.
 */

import { errnoOf, isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { nameBytes, splitTarget } from '../engine/file-name.ts';
import type { FileFacts, FileTree, WalkedFile } from '../engine/file-tree.ts';
import { english } from '../language/english.ts';
import { destinationError } from './destination-error.ts';
import { oneFilesTrouble, writeFile } from './extract-file.ts';
import { cut, hostNames, nameErrors, numbered } from './extraction-names.ts';
import { type ExtractionReport, whyNever } from './extraction-report.ts';
import type { HostFolder } from './host-folder.ts';

export interface ExtractionOptions {
  readonly tree: FileTree;
  /** In the tree, without links in it; a file or a folder. */
  readonly path: string;
  readonly facts: FileFacts;
  /** The folder that receives it. */
  readonly into: HostFolder;
  /** Its name there, which must not exist. */
  readonly name: Buffer;
  readonly report: ExtractionReport;
  /** The largest file that the destination can hold. */
  readonly maxFileBytes: number;
  /** True when what was read since the last call lies where the card could not be read for the backup. */
  readonly wasUnreadable: () => boolean;
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Deeper folders are listed as skipped: each that is being filled is held open. */
const MAX_DEPTH = 200;
const WORKING = Buffer.from('.partial');
/** Names a working name can be changed to before it is too long. */
const MAX_STEM_BYTES = 255 - WORKING.length;
/** What Linux takes as a path, in bytes (limits.h, PATH_MAX with its zero); macOS takes less, and says so. */
const MAX_TARGET_BYTES = 4095;

const INCOMPLETE = english`a part of it could not be read when the backup was made; zeros stand there`;

/**
 * Throws DESTINATION_EXISTS when there is something of that name, DESTINATION_FULL and its relatives, DEVICE_GONE, INTERRUPTED;
 * then nothing of it is left. What cannot be read of it, or cannot be made here, is in the report.
 */
export async function extract(options: ExtractionOptions): Promise<void> {
  const { into, name, facts, path, report } = options;
  const kind = facts.kind === 'folder' ? 'folder' : 'file';
  const full = `${into.path}/${name}`;
  let working: Buffer | null = null;
  try {
    if (await into.has(name)) throw new PiKeepError('DESTINATION_EXISTS', { path: full });
    const stem = Buffer.concat([cut(name, MAX_STEM_BYTES), WORKING]);
    if (kind === 'folder') {
      const made = await create([stem], (one) => into.makeFolder(one));
      working = made.name;
      await fill(made.made, options);
    } else {
      const made = await create([stem], (one) => into.makeFile(one));
      working = made.name;
      try {
        const wrote = await writeOne(made.made, path, facts, options);
        if (!wrote) return;
      } finally {
        await made.made.close();
      }
    }
    await into.rename(working, name, kind);
    working = null;
    await into.sync();
    report.made.add(full);
  } catch (error) {
    const late = ['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(errnoOf(error) ?? '');
    if (late) throw new PiKeepError('DESTINATION_EXISTS', { path: full }, { cause: error });
    throw destinationError(error, full);
  } finally {
    if (working) await into.remove(working);
  }
}

interface Level {
  readonly path: string;
  readonly folder: HostFolder;
  readonly facts: FileFacts;
}

/** Everything below the folder, each in its own; closes `folder`. */
async function fill(folder: HostFolder, options: ExtractionOptions): Promise<void> {
  const { tree, path, facts, report, signal } = options;
  const levels: Level[] = [{ path, folder, facts }];
  // A folder that could not be made is not entered.
  const missing = new Set<string>();
  const enter = ({ path: inner }: WalkedFile): boolean => {
    if (missing.delete(inner)) return false;
    if (levels.length <= MAX_DEPTH) return true;
    report.skip(inner, english`it lies too deep`);
    return false;
  };
  try {
    report.folders++;
    for await (const file of tree.walk(path, { signal, enter })) {
      await leaveUntil(levels, file.path);
      const level = levels.at(-1);
      if (!level) throw new PiKeepError('INTERNAL', { detail: 'a file outside of its folder' });
      const made = await makeEntry(level, file, options);
      if (made) levels.push({ path: file.path, folder: made, facts: file });
      else if (file.kind === 'folder') missing.add(file.path);
    }
    while (levels.length > 0) await leave(levels);
  } finally {
    for (const { folder: open } of levels) await open.close();
  }
}

async function leaveUntil(levels: Level[], path: string): Promise<void> {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  while (levels.length > 1 && levels.at(-1)?.path !== parent) await leave(levels);
}

async function leave(levels: Level[]): Promise<void> {
  const level = levels.pop();
  if (!level) return;
  try {
    await level.folder.finish(level.facts);
  } finally {
    await level.folder.close();
  }
}

/** Resolves with the folder that was made, if it is one. */
async function makeEntry(
  { folder }: Level,
  file: WalkedFile,
  options: ExtractionOptions,
): Promise<HostFolder | null> {
  const { report } = options;
  const why = whyNever(file);
  if (why !== null) {
    report.skip(file.path, why);
    return null;
  }
  const names = hostNames(file.nameBytes, file.name);
  try {
    if (file.kind === 'folder') {
      const { made, name } = await create(names, (one) => folder.makeFolder(one));
      report.folders++;
      noteName(file, name, report);
      return made;
    }
    if (file.kind === 'link') await makeLink(folder, names, file, options);
    else await makeFile(folder, names, file, options);
  } catch (error) {
    const trouble = nameTrouble(error);
    if (trouble === null) throw destinationError(error, `${folder.path}/${file.name}`);
    report.skip(file.path, trouble);
  }
  return null;
}

async function makeFile(
  folder: HostFolder,
  names: readonly Buffer[],
  file: WalkedFile,
  options: ExtractionOptions,
): Promise<void> {
  const { made, name } = await create(names, (one) => folder.makeFile(one));
  let wrote = false;
  try {
    wrote = await writeOne(made, file.path, file, options);
  } finally {
    await made.close();
    if (!wrote) await folder.remove(name);
  }
  if (wrote) noteName(file, name, options.report);
}

/** False when it could not be read, or is too large; then that is in the report. */
async function writeOne(
  file: Awaited<ReturnType<HostFolder['makeFile']>>,
  path: string,
  facts: FileFacts,
  options: ExtractionOptions,
): Promise<boolean> {
  const { tree, report, maxFileBytes, wasUnreadable, onProgress, signal } = options;
  if (facts.bytes > maxFileBytes) {
    report.skip(path, english`it is larger than a file can be in the destination`);
    return false;
  }
  wasUnreadable();
  try {
    const { mode, modified } = facts;
    const pieces = tree.read(path, { signal });
    const bytes = await writeFile(file, { pieces, mode, modified, onProgress, signal });
    report.files++;
    report.bytes += bytes;
  } catch (error) {
    const tooLarge = errnoOf(error) === 'EFBIG';
    const why = tooLarge ? english`it is larger than a file can be in the destination` : null;
    const trouble = why ?? oneFilesTrouble(error);
    if (trouble === null) throw error;
    report.skip(path, trouble);
    return false;
  }
  if (wasUnreadable()) report.skipped.add({ path, why: INCOMPLETE, kept: true });
  return true;
}

async function makeLink(
  folder: HostFolder,
  names: readonly Buffer[],
  file: WalkedFile,
  { tree, path, report, signal }: ExtractionOptions,
): Promise<void> {
  let target: string | null;
  try {
    target = await tree.linkTarget(file.path, { signal });
  } catch (error) {
    const trouble = oneFilesTrouble(error);
    if (trouble === null) throw error;
    report.skip(file.path, trouble);
    return;
  }
  const bytes = target === null ? null : nameBytes(target);
  if (target === null || !bytes || bytes.includes(0) || bytes.length > MAX_TARGET_BYTES) {
    report.skip(file.path, english`it is a link to what cannot be a path here`);
    return;
  }
  try {
    const { name } = await create(names, (one) => folder.makeLink(one, Buffer.from(bytes), file));
    report.links++;
    noteName(file, name, report);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errnoOf(error) ?? '')) throw error;
    report.skip(file.path, english`the destination cannot hold links`);
    return;
  }
  if (leadsOut(bytes, file.path, path)) report.outward.add({ path: file.path, target });
}

/** By its text alone: what lies on the way may itself be a link. */
function leadsOut(target: Uint8Array, link: string, root: string): boolean {
  const { isAbsolute, steps } = splitTarget(target);
  if (isAbsolute) return true;
  const below = link.slice(root === '/' ? 0 : root.length);
  let depth = below.split('/').length - 2;
  for (const step of steps) {
    depth += step === 'up' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

function noteName(file: WalkedFile, name: Buffer, report: ExtractionReport): void {
  if (Buffer.compare(name, file.nameBytes) !== 0) {
    report.renamed.add({ path: file.path, name: name.toString() });
  }
}

/** The first name that the file system takes and that is free. */
async function create<T>(
  names: readonly Buffer[],
  make: (name: Buffer) => Promise<T>,
): Promise<{ made: T; name: Buffer }> {
  let last: unknown = null;
  for (const candidate of names) {
    for (const name of numbered(candidate)) {
      try {
        return { made: await make(name), name };
      } catch (error) {
        last = error;
        if (errnoOf(error) === 'EEXIST') continue;
        if (nameErrors.has(errnoOf(error) ?? '')) break;
        throw error;
      }
    }
  }
  throw last;
}

/** What is left when no name would do. */
function nameTrouble(error: unknown): string | null {
  if (isPiKeepError(error)) return null;
  const errno = errnoOf(error) ?? '';
  if (errno === 'EEXIST') return english`too many files there have its name`;
  return nameErrors.has(errno) ? english`it has no name that the destination takes` : null;
}
