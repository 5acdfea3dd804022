/** Journals with known transactions, written and replayed by debugfs: the judge of our reader. */

import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tool } from './file-systems.ts';

/** How blocks vouch for themselves: `jo` of debugfs(8). */
export const checksumArguments = { 0: '', 1: '-c -v 1', 2: '-c -v 2', 3: '-c -v 3' } as const;

/** Either blocks or revocations: debugfs does not commit a transaction that has both. */
export interface ForgedTransaction {
  readonly blocks: readonly number[];
  /** The content of `blocks`, one after the other. */
  readonly content?: Uint8Array;
  readonly revoked?: readonly number[];
  readonly uncommitted?: boolean;
}

/** Appends transactions to the journal of the image; nothing is replayed. */
export function forgeJournal(
  image: string,
  checksums: keyof typeof checksumArguments,
  transactions: readonly ForgedTransaction[],
): void {
  const lines = [`jo ${checksumArguments[checksums]}`];
  const files: string[] = [];
  const filled = transactions.filter(
    ({ blocks, revoked }) => blocks.length + (revoked?.length ?? 0),
  );
  filled.forEach(({ blocks, content, revoked, uncommitted }, index) => {
    const file = `${image}.blocks-${index}`;
    files.push(file);
    writeFileSync(file, content ?? new Uint8Array());
    const what = [
      blocks.length > 0 ? `-b ${blocks.join(',')}` : '',
      revoked && revoked.length > 0 ? `-r ${revoked.join(',')}` : '',
      uncommitted ? '-c' : '',
      blocks.length > 0 ? file : '',
    ];
    lines.push(`jw ${what.join(' ')}`);
  });
  lines.push('jc', 'quit');
  tool('debugfs', ['-w', image], `${lines.join('\n')}\n`);
  for (const file of files) rmSync(file);
}

/**
 * The image once debugfs has replayed the journal. (e2fsck would go on to delete orphans.) Checksums are not looked at:
 * before the replay, those of bitmaps are often wrong.
 */
export function replayedByDebugfs(image: string): Buffer {
  const copy = `${image}.replayed`;
  copyFileSync(image, copy);
  try {
    tool('debugfs', ['-w', '-n', copy], 'jr\nquit\n');
    return readFileSync(copy);
  } finally {
    rmSync(copy);
  }
}

/** The blocks of a file in their order, without those that only hold pointers; "<8>" is the journal. */
export function blocksOf(image: string, file: string): number[] {
  const text = tool('debugfs', ['-n', '-R', `stat ${file}`, image]);
  const blocks: number[] = [];
  for (const [, from, to, block] of text.matchAll(/\((\d+)(?:-(\d+))?\):(\d+)/g)) {
    const count = to === undefined ? 1 : Number(to) - Number(from) + 1;
    for (let step = 0; step < count; step++) blocks.push(Number(block) + step);
  }
  return blocks;
}
