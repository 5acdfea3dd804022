/** Can every folder and file of a partition be found? On a boot partition, which is small, every file is read, too. */

import { english } from '../language/english.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import type { FileTree } from './file-tree.ts';
import type { Finding } from './health.ts';
import { troubleOf } from './small-text.ts';
import { shownText } from './volume-spec.ts';

/** More names than a card of a terabyte holds. */
const MAX_FILES = 5_000_000;
/** Read of the files of one FAT partition (bytes). */
const MAX_READ_BYTES = 1024 ** 3;
const MAX_FINDINGS = 50;

const NEXT = english`Take the file from another backup; if more of them are damaged, the card is worn and wants to be replaced.`;

/** Device errors other than READ_FAILED pass through; INTERRUPTED. */
export async function findFileFaults(tree: FileTree, signal?: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (what: string): void => {
    if (findings.length < MAX_FINDINGS) findings.push({ state: 'fail', detail: what, next: NEXT });
  };
  const reads = tree.fileSystem.startsWith('fat');
  let budget = MAX_READ_BYTES;
  let count = 0;
  try {
    for await (const { path, kind, bytes, unreadable } of tree.walk('/', { signal })) {
      if (++count > MAX_FILES) break;
      if (unreadable !== null) {
        add(english`${shownText(path, 200)} is damaged (${unreadable}).`);
      } else if (reads && kind === 'file' && bytes <= budget) {
        budget -= bytes;
        const why = await readThrough(tree, path, signal);
        if (why !== null) add(english`${shownText(path, 200)} is damaged (${why}).`);
      }
    }
  } catch (error) {
    add(english`Its folders cannot be read (${troubleOf(error)}).`);
  }
  for (const problem of tree.problems) add(`${shownText(problem, 300)}.`);
  return findings;
}

async function readThrough(
  tree: FileTree,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  try {
    for await (const { bytes } of tree.read(path, { signal })) void bytes;
    return null;
  } catch (error) {
    throwIfInterrupted(signal);
    // It was there a moment ago: two entries of one name, of which the other is a folder.
    if (isPiKeepError(error, 'NO_SUCH_FILE')) return english`its name is there twice`;
    return troubleOf(error);
  }
}
