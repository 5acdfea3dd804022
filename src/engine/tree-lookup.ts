/** Finds files by their paths in a tree, links followed as far as they stay in it: they always do. */

import { MalformedBytes } from './bytes.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import { joinPath, splitPath, splitTarget } from './file-name.ts';
import { RecentNodes } from './tree-recent.ts';
import type { FileNode, TreeSource } from './tree-source.ts';

/** As Linux: MAXSYMLINKS. */
const MAX_LINKS = 40;
/** Names on one way, those of links included. */
const MAX_STEPS = 20_000;

export interface Found<P> {
  /** Without any link in it. */
  readonly path: string;
  readonly node: FileNode<P>;
}

export class TreeLookup<P> {
  readonly #source: TreeSource<P>;
  readonly recent = new RecentNodes<P>();

  constructor(source: TreeSource<P>) {
    this.#source = source;
  }

  /** Null where there is nothing of that path, or too many links lead around in it. Throws USAGE, MalformedBytes, Encrypted. */
  async find(
    path: string,
    { followLast, signal }: { followLast: boolean; signal: AbortSignal | undefined },
  ): Promise<Found<P> | null> {
    // In reverse, so that the next step is taken off the end.
    const pending = splitPath(path).toReversed();
    const root = { path: '/', node: await this.#source.root() };
    let trail: Found<P>[] = [root];
    let links = 0;
    for (let steps = 0; ; steps++) {
      throwIfInterrupted(signal);
      const here = trail.at(-1) ?? root;
      const step = pending.pop();
      if (step === undefined) return here;
      if (here.node.facts.kind !== 'folder' || steps > MAX_STEPS) return null;
      if (step === 'up') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const next = await this.#child(here, step, signal);
      if (!next) return null;
      const isLast = pending.length === 0;
      if (next.node.facts.kind !== 'link' || (isLast && !followLast)) {
        trail.push(next);
        continue;
      }
      if (++links > MAX_LINKS) return null;
      const target = splitTarget(await this.targetOf(next));
      if (target.isAbsolute) trail = [root];
      pending.push(...target.steps.toReversed());
    }
  }

  async targetOf({ node }: Found<P>): Promise<Uint8Array> {
    requireReadable(node);
    return this.#source.target(node);
  }

  async #child(
    folder: Found<P>,
    name: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<Found<P> | null> {
    const known = this.recent.get(folder.path, name);
    if (known) return known;
    requireReadable(folder.node);
    const node = await this.#source.find(folder.node, name, signal);
    if (!node) return null;
    const found = { path: joinPath(folder.path, node.facts.name), node };
    this.recent.add(found);
    return found;
  }
}

/** Sound, but not for anybody without a key. */
export class Encrypted extends MalformedBytes {}

/** Throws Encrypted, or MalformedBytes for what is damaged. */
export function requireReadable<P>({ facts, isEncrypted }: FileNode<P>): void {
  if (isEncrypted) throw new Encrypted('it is encrypted');
  if (facts.unreadable !== null) throw new MalformedBytes(facts.unreadable);
}

/** What makes one file or folder unreadable and leaves all others as they are. */
export function isOneFilesTrouble(error: unknown): boolean {
  return isPiKeepError(error, 'UNSUPPORTED', 'FILE_DAMAGED', 'READ_FAILED', 'IMAGE_DAMAGED');
}
