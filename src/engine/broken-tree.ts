/** A partition whose files cannot be read: it says why whatever is asked of it. */

import { english } from '../language/english.ts';
import { PiKeepError } from './errors.ts';
import type { FileTree } from './file-tree.ts';
import type { TreeHead } from './tree-of.ts';

/** `trouble` completes "..., because ...". */
export function brokenTree(head: TreeHead, trouble: string): FileTree {
  const refuse = (): never => {
    const what = english`reading the files of its ${head.fileSystem} file system, because ${trouble}`;
    throw new PiKeepError('UNSUPPORTED', { what });
  };
  async function* refuseEach(): AsyncGenerator<never, void, void> {
    yield refuse();
  }
  const { partition, fileSystem, label } = head;
  return {
    ...{ partition, fileSystem, label, trouble, problems: [], problemCount: 0 },
    list: refuseEach,
    facts: async () => refuse(),
    linkTarget: async () => refuse(),
    resolve: async () => refuse(),
    read: refuseEach,
    walk: refuseEach,
  };
}
