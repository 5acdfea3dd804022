/** Makes the tree of files that everybody uses out of what a file system offers. */

import { english } from '../language/english.ts';
import { MalformedBytes } from './bytes.ts';
import { PiKeepError, throwIfInterrupted } from './errors.ts';
import { targetText } from './file-name.ts';
import type {
  FileFacts,
  FilePiece,
  FileTree,
  ReadOptions,
  WalkedFile,
  WalkOptions,
} from './file-tree.ts';
import { Encrypted, type Found, requireReadable, TreeLookup } from './tree-lookup.ts';
import type { TreeProblems } from './tree-problems.ts';
import type { TreeSource } from './tree-source.ts';
import { childOf, walkTree } from './tree-walk.ts';

export interface TreeHead {
  readonly partition: number;
  readonly fileSystem: string;
  readonly label: string | null;
}

export class TreeOf<P> implements FileTree {
  readonly partition: number;
  readonly fileSystem: string;
  readonly label: string | null;
  readonly trouble = null;
  readonly #source: TreeSource<P>;
  readonly #problems: TreeProblems;
  readonly #lookup: TreeLookup<P>;

  constructor(head: TreeHead, source: TreeSource<P>, problems: TreeProblems) {
    this.partition = head.partition;
    this.fileSystem = head.fileSystem;
    this.label = head.label;
    this.#source = source;
    this.#problems = problems;
    this.#lookup = new TreeLookup(source);
  }

  get problems(): readonly string[] {
    return this.#problems.list;
  }

  get problemCount(): number {
    return this.#problems.count;
  }

  async *list(path: string, options: ReadOptions = {}): AsyncGenerator<FileFacts, void, void> {
    const folder = await this.#require(path, 'folder', options);
    for await (const { node } of this.#entries(folder, options.signal)) yield node.facts;
  }

  async facts(path: string, options: ReadOptions = {}): Promise<FileFacts | null> {
    return (await this.#find(path, false, options))?.node.facts ?? null;
  }

  async linkTarget(path: string, options: ReadOptions = {}): Promise<string | null> {
    const found = await this.#find(path, false, options);
    if (found?.node.facts.kind !== 'link') return null;
    return inWords(path, async () => targetText(await this.#lookup.targetOf(found)));
  }

  async resolve(path: string, options: ReadOptions = {}): Promise<string | null> {
    return (await this.#find(path, true, options))?.path ?? null;
  }

  async *read(path: string, options: ReadOptions = {}): AsyncGenerator<FilePiece, void, void> {
    const { node } = await this.#require(path, 'file', options);
    yield* inWordsEach(path, this.#source.content(node, options.signal));
  }

  async *walk(path: string, options: WalkOptions = {}): AsyncGenerator<WalkedFile, void, void> {
    const start = await this.#require(path, 'folder', options);
    const steps = {
      entries: (folder: Found<P>) => this.#entries(folder, options.signal),
      note: (what: string) => this.#problems.add(what),
      folderBytes: this.#source.folderBytes,
    };
    yield* walkTree(start, steps, options);
  }

  #find(path: string, followLast: boolean, { signal }: ReadOptions): Promise<Found<P> | null> {
    throwIfInterrupted(signal);
    return inWords(path, () => this.#lookup.find(path, { followLast, signal }));
  }

  /** What can be read, too. */
  async #require(path: string, what: 'file' | 'folder', options: ReadOptions): Promise<Found<P>> {
    const found = await this.#find(path, false, options);
    if (!found) throw new PiKeepError('NO_SUCH_FILE', { path, what });
    const { node } = found;
    await inWords(path, async () => requireReadable(node));
    if (node.facts.kind !== what) throw new PiKeepError('NO_SUCH_FILE', { path, what });
    return found;
  }

  async *#entries(
    folder: Found<P>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Found<P>, void, void> {
    const note = (what: string): void => this.#problems.add(`${folder.path}: ${what}`);
    const nodes = this.#source.entries(folder.node, note, signal);
    for await (const node of inWordsEach(folder.path, nodes)) {
      const found = childOf(folder.path, node);
      this.#lookup.recent.add(found);
      yield found;
    }
  }
}

/** MalformedBytes of a parser as FILE_DAMAGED, Encrypted as UNSUPPORTED. */
async function inWords<T>(path: string, parse: () => Promise<T>): Promise<T> {
  try {
    return await parse();
  } catch (error) {
    throw asDamaged(path, error);
  }
}

async function* inWordsEach<T>(
  path: string,
  all: AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  try {
    yield* all;
  } catch (error) {
    throw asDamaged(path, error);
  }
}

function asDamaged(path: string, error: unknown): unknown {
  if (!(error instanceof MalformedBytes)) return error;
  if (error instanceof Encrypted) {
    return new PiKeepError('UNSUPPORTED', {
      what: english`reading ${path}, because it is encrypted`,
    });
  }
  return new PiKeepError('FILE_DAMAGED', { path, detail: error.message }, { cause: error });
}
