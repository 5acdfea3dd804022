/** Which blocks an inode record occupies in all: content, the lists of it, and extended attributes. */

import type { ByteReader } from './bytes.ts';
import { blockRuns, type ExtVolumeView, type ReadBudget } from './ext-blocks.ts';
import { parseInode } from './ext-inode.ts';

export type RunKind = 'content' | 'list' | 'attributes';
export type VisitRun = (block: number, count: number, kind: RunKind) => void;

/** Visits every run of blocks of an inode. Throws MalformedBytes when its list makes no sense, or the budget is used up. */
export async function visitRuns(
  view: ExtVolumeView,
  number: number,
  raw: ByteReader,
  budget: ReadBudget,
  visit: VisitRun,
): Promise<void> {
  const inode = parseInode(raw, view.superblock, number);
  if (inode.attributesBlock !== 0) visit(inode.attributesBlock, 1, 'attributes');
  for await (const { block, count, kind } of blockRuns(view, inode, budget)) {
    visit(block, count, kind);
  }
}
