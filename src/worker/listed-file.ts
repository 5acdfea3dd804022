/** Files as the messages of a worker carry them: bounded, and without what only the engine needs. */

import type { FileFacts, FileTree } from '../engine/file-tree.ts';
import { type ListedFile, MAX_PATH_LETTERS } from './file-results.ts';

const MAX_TEXT_LETTERS = 4096;

export function cutPath(path: string): string {
  return path.length <= MAX_PATH_LETTERS ? path : `${path.slice(0, MAX_PATH_LETTERS - 1)}…`;
}

export function cutText(text: string): string {
  return text.length <= MAX_TEXT_LETTERS ? text : `${text.slice(0, MAX_TEXT_LETTERS - 1)}…`;
}

/** What a file system claims can be any number; a message has only those that are exact. */
export function exact(bytes: number): number {
  return Math.min(Math.max(0, Math.trunc(bytes)), Number.MAX_SAFE_INTEGER);
}

export function listed(path: string, facts: FileFacts, target: string | null): ListedFile {
  const { name, kind, bytes, mode, uid, gid, modified, unreadable } = facts;
  return {
    path: cutPath(path),
    name: cutPath(name),
    kind,
    bytes: exact(bytes),
    ...{ mode, uid, gid, modified },
    target: target === null ? null : cutPath(target),
    unreadable: unreadable === null ? null : cutText(unreadable),
  };
}

/** At most a hundred, as the trees keep them. */
export function problemsOf(...trees: readonly FileTree[]): string[] {
  return trees.flatMap(({ problems }) => problems.map(cutText)).slice(0, 100);
}
