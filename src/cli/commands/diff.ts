/** `pikeep diff`: which files changed from one image (or card) to another, or from one backup of a Pi to another. */

import type { Command } from 'commander';
import { formatBytes, formatDuration } from '../../engine/format.ts';
import type { DiffImagesResult, FileChange } from '../../worker/file-results.ts';
import type { Run } from '../command.ts';
import { diffSides } from '../diff-sides.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { unpackingIfAgreed } from '../files-target.ts';
import type { Session } from '../session.ts';
import { sourceOf, work } from '../work.ts';

interface Options {
  readonly content?: true;
  readonly unpack?: true;
}

/** What a list for people names, unless they read it through a pipe. */
const MAX_NAMES = 200;

export function defineDiff(program: Command, run: Run): void {
  program
    .command('diff <older-or-pi> [newer-or-day] [day]')
    .description(
      'List the files that were added, removed and changed between two images, cards or days.',
    )
    .option('--content', 'read also files with the same inode, size, date and rights')
    .option('--unpack', 'unpack images of other programs first, where that is needed')
    .addHelpText('after', HELP)
    .action(
      (
        first: string,
        second: string | undefined,
        third: string | undefined,
        options: Options,
        command: Command,
      ) =>
        run(command, (session) =>
          diff(
            session,
            [first, second, third].filter((name) => name !== undefined),
            options,
          ),
        ),
    );
}

const HELP = `
  pikeep diff a.img b.img                   two images, or an image and a card
  pikeep diff octopi                        the two newest backups of a Pi
  pikeep diff octopi 2026-10-01             its backup of that day and its newest one
  pikeep diff octopi 2026-10-01 2026-11-01  its backups of two days

The backup of a day is the newest one that was made on it or before.
A file that was moved is one removed and one added. A file whose date alone is another is not listed.`;

async function diff(
  session: Session,
  names: readonly string[],
  { content, unpack }: Options,
): Promise<ExitCode> {
  const { printer, stdout } = session;
  const { older, newer, pi, words } = await diffSides(session, names);
  printer.start({
    facts: { command: 'diff', older, newer, pi },
    lines: [`Comparing the files of ${words[0]} with those of ${words[1]}`],
  });
  const result = await unpackingIfAgreed(session, unpack === true, (unpacking) =>
    work(session, {
      task: 'diff-images',
      older,
      newer,
      source: sourceOf(session),
      content: content === true,
      ...unpacking,
    }),
  );
  const most = stdout.isTerminal ? MAX_NAMES : Number.POSITIVE_INFINITY;
  for (const [index, change] of result.changes.entries()) {
    const { change: kind, ...facts } = change;
    const left = result.changes.length - index;
    const lines = index < most ? [lineOf(change)] : index === most ? [`and ${left} more`] : [];
    printer.happened('change', { facts: { change: kind, ...facts }, lines });
  }
  const { task: _, changes, ...fields } = result;
  for (const { partition, problems } of result.partitions) {
    for (const problem of problems) {
      printer.warning('FILE_DAMAGED', `partition ${partition}: ${problem}`);
    }
  }
  printer.done({
    facts: { command: 'diff', ...fields, changes: changes.length + result.moreChanges },
    lines: summary(result),
  });
  return isWhole(result) ? exitCodes.done : exitCodes.incomplete;
}

/** "+ 2:/etc/new", "- …", "* 2:/etc/hosts (content, 12 → 14 bytes)". */
function lineOf({ partition, path, change, what, before, after }: FileChange): string {
  const marks = { added: '+', removed: '-', changed: '*' } as const;
  const sizes =
    before && after && before.bytes !== after.bytes
      ? `, ${formatBytes(before.bytes)} before, ${formatBytes(after.bytes)} now`
      : '';
  const only = before ?? after;
  const details =
    change === 'changed'
      ? ` (${what.join(', ')}${sizes})`
      : only?.kind === 'file'
        ? ` (${formatBytes(only.bytes)})`
        : '';
  const slash = (after ?? before)?.kind === 'folder' ? '/' : '';
  return `${marks[change]} ${partition}:${path}${slash}${details}`;
}

function summary({ partitions, seconds }: DiffImagesResult): string[] {
  const total = partitions.reduce((sum, one) => sum + one.added + one.removed + one.changed, 0);
  const words = total === 1 ? 'One file differs' : `${total} files differ`;
  return [
    total === 0 ? 'No file differs.' : `${words}.`,
    ...partitions.map((part) => `  ${partitionWords(part)}`),
    `  compared in ${formatDuration(seconds)}`,
  ];
}

function partitionWords(part: DiffImagesResult['partitions'][number]): string {
  const { partition, label, fileSystem, verdict } = part;
  const name = `${partition}: ${label ?? 'no label'} (${fileSystem}):`;
  switch (verdict) {
    case 'same':
      return `${name} the same, by the checksums of both`;
    case 'only-older':
      return `${name} only in the older one`;
    case 'only-newer':
      return `${name} only in the newer one`;
    case 'unreadable':
      return `${name} cannot be read`;
    case 'compared': {
      const { added, removed, changed, addedBytes, removedBytes } = part;
      const counts = `${added} added, ${removed} removed, ${changed} changed`;
      return `${name} ${counts}; ${formatBytes(addedBytes)} more, ${formatBytes(removedBytes)} less`;
    }
  }
}

function isWhole({ partitions, changes }: DiffImagesResult): boolean {
  return (
    partitions.every(
      ({ verdict, problems }) => verdict !== 'unreadable' && problems.length === 0,
    ) && changes.every(({ what }) => !what.includes('unreadable'))
  );
}
