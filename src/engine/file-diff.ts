/**
 * Which files were added, removed and changed from one tree to another. Both are gone through side by side, folder by folder,
 * each sorted by name: memory is bounded by the largest folder and the depth. A file that was moved is one removed and one
 * added.
 */

import { english } from '../language/english.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import { joinPath } from './file-name.ts';
import type { FileFacts, FilePiece, FileTree } from './file-tree.ts';
import { isAllZero } from './zeros.ts';

export type ChangedPart = 'kind' | 'content' | 'mode' | 'owner' | 'target' | 'unreadable';

export interface FileDifference {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Of a change: what of it. "unreadable": one of the two cannot be read, so it is not known. */
  readonly what: readonly ChangedPart[];
  readonly before: FileFacts | null;
  readonly after: FileFacts | null;
}

export interface DiffOptions {
  /** Also reads files that have the same inode, size, time and rights on both sides. */
  readonly content: boolean;
  readonly onDifference: (difference: FileDifference) => void;
  /** Called for every entry looked at. */
  readonly onEntry?: () => void;
  readonly signal?: AbortSignal | undefined;
}

export interface DiffSums {
  /** Pairs of files whose content was read. */
  readonly read: number;
  /** What could not be compared, in words; at most a hundred. */
  readonly problems: readonly string[];
}

/** Deeper folders are named, but not entered. */
const MAX_DEPTH = 256;
/** Entries of one folder. */
const MAX_FOLDER_ENTRIES = 500_000;
/** Pairs of folders: a folder that contains itself is the same pair again only on file systems that number their files. */
const MAX_FOLDERS = 2_000_000;
const MAX_PROBLEMS = 100;

/** Throws device errors and INTERRUPTED; what is damaged is a difference "unreadable", or a problem. */
export async function diffTrees(
  older: FileTree,
  newer: FileTree,
  options: DiffOptions,
): Promise<DiffSums> {
  const diff = new TreeDiff(older, newer, options);
  await diff.folder('/', '/', 0);
  return { read: diff.read, problems: diff.problems };
}

class TreeDiff {
  readonly #older: FileTree;
  readonly #newer: FileTree;
  readonly #options: DiffOptions;
  readonly #entered = new Set<string>();
  readonly problems: string[] = [];
  read = 0;
  #folders = 0;

  constructor(older: FileTree, newer: FileTree, options: DiffOptions) {
    this.#older = older;
    this.#newer = newer;
    this.#options = options;
  }

  /** `key` is the same for a pair of folders that was gone through before. */
  async folder(path: string, key: string, depth: number): Promise<void> {
    if (this.#entered.has(key) || depth > MAX_DEPTH || this.#folders >= MAX_FOLDERS) {
      this.#note(english`${path} was not entered, because it lies in itself, or too deep`);
      return;
    }
    this.#entered.add(key);
    this.#folders++;
    const before = await this.#list(this.#older, path);
    const after = await this.#list(this.#newer, path);
    if (!before || !after) return;
    for (const [one, other] of pairs(before, after)) {
      throwIfInterrupted(this.#options.signal);
      this.#options.onEntry?.();
      const facts = one ?? other;
      if (!facts) continue;
      const inner = joinPath(path, facts.name);
      if (!one || !other) await this.#alone(inner, one, other);
      else await this.#both(inner, one, other, depth);
    }
  }

  async #both(path: string, before: FileFacts, after: FileFacts, depth: number): Promise<void> {
    if (before.kind !== after.kind) {
      const { onDifference } = this.#options;
      onDifference({ path, change: 'changed', what: ['kind'], before, after });
      await this.#below(path, before, this.#older, 'removed');
      await this.#below(path, after, this.#newer, 'added');
      return;
    }
    const what: ChangedPart[] = [];
    if (before.mode !== after.mode) what.push('mode');
    if (before.uid !== after.uid || before.gid !== after.gid) what.push('owner');
    const part = await this.#contentOf(path, before, after);
    if (part !== null) what.push(part);
    if (what.length > 0) {
      this.#options.onDifference({ path, change: 'changed', what, before, after });
    }
    if (before.kind !== 'folder') return;
    const isNumbered = before.inode !== null && after.inode !== null;
    const key = isNumbered ? `${before.inode}:${after.inode}` : path;
    await this.folder(path, key, depth + 1);
  }

  /** What tells their contents apart; null where nothing does. */
  async #contentOf(path: string, before: FileFacts, after: FileFacts): Promise<ChangedPart | null> {
    switch (before.kind) {
      case 'link':
        return this.#trying(path, async () =>
          (await this.#older.linkTarget(path)) === (await this.#newer.linkTarget(path))
            ? null
            : 'target',
        );
      case 'character-device':
      case 'block-device':
        return sameDevice(before, after) ? null : 'content';
      case 'unknown':
        return 'unreadable';
      case 'file':
        break;
      default:
        return null;
    }
    if (before.bytes !== after.bytes) return 'content';
    if (!this.#options.content && looksUntouched(before, after)) return null;
    if (before.unreadable !== null || after.unreadable !== null) return 'unreadable';
    this.read++;
    return this.#trying(path, async () => {
      const { signal } = this.#options;
      const isSame = await samePieces(
        this.#older.read(path, { signal }),
        this.#newer.read(path, { signal }),
      );
      return isSame ? null : 'content';
    });
  }

  async #trying(
    path: string,
    compare: () => Promise<ChangedPart | null>,
  ): Promise<ChangedPart | null> {
    try {
      return await compare();
    } catch (error) {
      if (!isOneFiles(error)) throw error;
      this.#note(english`${path} could not be compared`);
      return 'unreadable';
    }
  }

  async #alone(path: string, before: FileFacts | null, after: FileFacts | null): Promise<void> {
    const change = before ? 'removed' : 'added';
    this.#options.onDifference({ path, change, what: [], before, after });
    const facts = before ?? after;
    if (facts) await this.#below(path, facts, before ? this.#older : this.#newer, change);
  }

  /** Everything in a folder that the other side does not have. */
  async #below(
    path: string,
    { kind, unreadable }: FileFacts,
    tree: FileTree,
    change: 'added' | 'removed',
  ): Promise<void> {
    if (kind !== 'folder' || unreadable !== null) return;
    const { signal, onDifference, onEntry } = this.#options;
    try {
      for await (const file of tree.walk(path, { signal })) {
        onEntry?.();
        const sides = { before: change === 'removed' ? file : null };
        const after = change === 'added' ? file : null;
        onDifference({ path: file.path, change, what: [], ...sides, after });
      }
    } catch (error) {
      if (!isOneFiles(error)) throw error;
      this.#note(english`${path} could not be listed`);
    }
  }

  /** Null where the folder cannot be read; then nothing in it is compared. */
  async #list(tree: FileTree, path: string): Promise<FileFacts[] | null> {
    const entries: FileFacts[] = [];
    try {
      for await (const entry of tree.list(path, { signal: this.#options.signal })) {
        entries.push(entry);
        if (entries.length <= MAX_FOLDER_ENTRIES) continue;
        this.#note(english`${path} has more files than are compared`);
        return null;
      }
    } catch (error) {
      if (!isOneFiles(error)) throw error;
      this.#note(english`${path} could not be listed`);
      return null;
    }
    return entries.sort((one, other) => Buffer.compare(one.nameBytes, other.nameBytes));
  }

  #note(what: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(what);
  }
}

/** Two sorted folders side by side; a name that stands twice in one is paired once. */
function* pairs(
  before: readonly FileFacts[],
  after: readonly FileFacts[],
): Generator<readonly [FileFacts | null, FileFacts | null], void, void> {
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    const one = before[left] ?? null;
    const other = after[right] ?? null;
    const order = one && other ? Buffer.compare(one.nameBytes, other.nameBytes) : one ? -1 : 1;
    if (order <= 0) left++;
    if (order >= 0) right++;
    yield [order <= 0 ? one : null, order >= 0 ? other : null];
  }
}

/** A FAT has no inodes: there it is size and time alone. */
function looksUntouched(before: FileFacts, after: FileFacts): boolean {
  return (
    before.modified !== null && before.modified === after.modified && before.inode === after.inode
  );
}

function sameDevice({ device: one }: FileFacts, { device: other }: FileFacts): boolean {
  return one?.major === other?.major && one?.minor === other?.minor;
}

function isOneFiles(error: unknown): boolean {
  return isPiKeepError(error, 'FILE_DAMAGED', 'UNSUPPORTED', 'NO_SUCH_FILE', 'IMAGE_DAMAGED');
}

/** Holes are zeros, however the two sides are cut into pieces. */
async function samePieces(
  one: AsyncGenerator<FilePiece, void, void>,
  other: AsyncGenerator<FilePiece, void, void>,
): Promise<boolean> {
  try {
    let [left, right] = [await next(one), await next(other)];
    while (left && right) {
      const bytes = Math.min(left.bytes, right.bytes);
      if (!sameData(left.data, right.data, bytes)) return false;
      [left, right] = [await rest(left, bytes, one), await rest(right, bytes, other)];
    }
    return left === null && right === null;
  } finally {
    await one.return();
    await other.return();
  }
}

interface Part {
  readonly bytes: number;
  readonly data: Uint8Array | null;
}

async function next(pieces: AsyncGenerator<FilePiece, void, void>): Promise<Part | null> {
  for (let result = await pieces.next(); !result.done; result = await pieces.next()) {
    if (result.value.bytes > 0) return result.value;
  }
  return null;
}

async function rest(
  { bytes, data }: Part,
  used: number,
  pieces: AsyncGenerator<FilePiece, void, void>,
): Promise<Part | null> {
  if (used === bytes) return next(pieces);
  return { bytes: bytes - used, data: data?.subarray(used) ?? null };
}

function sameData(one: Uint8Array | null, other: Uint8Array | null, bytes: number): boolean {
  if (one && other) return Buffer.compare(one.subarray(0, bytes), other.subarray(0, bytes)) === 0;
  const data = one ?? other;
  return !data || isAllZero(data.subarray(0, bytes));
}
