/** Goes through everything below a folder, each folder once, as deep as it is: no loop and no second name makes it endless. */

import { english, inEnglish } from '../language/english.ts';
import { asPiKeepError, throwIfInterrupted } from './errors.ts';
import { explain } from './explain.ts';
import { joinPath } from './file-name.ts';
import type { WalkedFile, WalkOptions } from './file-tree.ts';
import { type Found, isOneFilesTrouble } from './tree-lookup.ts';
import type { NoteProblem } from './tree-source.ts';

/** Deeper folders are named, but not entered. Linux itself reaches about 2000 by one path. */
const MAX_DEPTH = 1024;

export interface WalkSteps<P> {
  entries(folder: Found<P>): AsyncGenerator<Found<P>, void, void>;
  readonly note: NoteProblem;
  /** Bytes of folders that may be read. */
  readonly folderBytes: number;
}

interface Level<P> {
  readonly folder: Found<P>;
  readonly entries: AsyncGenerator<Found<P>, void, void>;
}

/** Errors that concern one folder are noted; all others, and INTERRUPTED, pass through. */
export async function* walkTree<P>(
  start: Found<P>,
  steps: WalkSteps<P>,
  { signal, enter }: WalkOptions,
): AsyncGenerator<WalkedFile, void, void> {
  const { note } = steps;
  const entered = new Set([start.node.key]);
  let bytesLeft = steps.folderBytes - start.node.facts.bytes;
  const levels: Level<P>[] = [{ folder: start, entries: steps.entries(start) }];
  const mayEnter = ({ path, node }: Found<P>): boolean => {
    if (enter && !enter({ ...node.facts, path })) return false;
    if (node.facts.unreadable !== null) {
      note(english`${path} was not entered, because ${node.facts.unreadable}`);
    } else if (entered.has(node.key)) {
      note(english`${path} was not entered, because it is a folder that was entered before`);
    } else if (levels.length > MAX_DEPTH) {
      note(english`${path} was not entered, because it lies too deep`);
    } else if (node.facts.bytes > bytesLeft) {
      note(english`${path} was not entered, because there are more folders than there is room for`);
    } else {
      return true;
    }
    return false;
  };
  try {
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      throwIfInterrupted(signal);
      const next = await nextOf(level, note);
      if (!next) {
        levels.pop();
        continue;
      }
      yield { ...next.node.facts, path: next.path };
      if (next.node.facts.kind !== 'folder' || !mayEnter(next)) continue;
      entered.add(next.node.key);
      bytesLeft -= next.node.facts.bytes;
      levels.push({ folder: next, entries: steps.entries(next) });
    }
  } finally {
    for (const { entries } of levels) await entries.return();
  }
}

/** Null at the end of the folder, also where the rest of it cannot be read. */
async function nextOf<P>(level: Level<P>, note: NoteProblem): Promise<Found<P> | null> {
  try {
    const next = await level.entries.next();
    return next.done ? null : next.value;
  } catch (error) {
    if (!isOneFilesTrouble(error)) throw error;
    note(
      english`${level.folder.path} could not be listed: ${inEnglish(() => explain(asPiKeepError(error))).message}`,
    );
    return null;
  }
}

export function childOf<P>(folder: string, node: Found<P>['node']): Found<P> {
  return { path: joinPath(folder, node.facts.name), node };
}
