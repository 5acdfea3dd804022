/** `pikeep ls`: the files on a card or in an image. */

import type { Command } from 'commander';
import { type ListedFile, type ListFilesResult, MAX_LISTED } from '../../worker/file-results.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { longRow, partitionRow, shortLine } from '../file-lines.ts';
import { type SeenTarget, seenTarget, unpackingIfAgreed } from '../files-target.ts';
import type { Session } from '../session.ts';
import { tableLines } from '../table.ts';
import { sourceOf, work } from '../work.ts';

interface Options {
  readonly long?: true;
  readonly recursive?: true;
  readonly search?: string;
  readonly unpack?: true;
}

export function defineLs(program: Command, run: Run): void {
  program
    .command('ls <disk-or-image> [path]')
    .description('List the files on a card or in an image, whatever its format.')
    .option('-l, --long', 'rights, owner, group, size, date, and where links lead')
    .option('-R, --recursive', 'everything below the folder')
    .option('--search <text>', 'only names with this in them; below the folder too')
    .option('--unpack', 'unpack an image of another program first, where that is needed')
    .addHelpText('after', PATHS_HELP)
    .action((target: string, path: string | undefined, options: Options, command: Command) =>
      run(command, (session) => list(session, target, path, options)),
    );
}

export const PATHS_HELP = `
Paths: "/etc/hostname" is on the partition of the system, "boot:/config.txt" on the one with the boot
files, "2:/etc/hostname" on the second one. Bytes that cannot be shown are written \\xNN.`;

/** Pages after which a listing ends: what is longer has no reader. */
const MAX_PAGES = 100;

async function list(
  session: Session,
  name: string,
  path: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { printer } = session;
  const seen = await seenTarget(session, name);
  const { target } = seen;
  printer.start({ facts: { command: 'ls', target, path: path ?? null }, lines: [] });
  let result = await page(session, seen, path, options, 0);
  let count = 0;
  let pages = 1;
  const isPath = options.recursive === true || options.search !== undefined;
  for (; ; pages++) {
    const lines = linesOf(result.files, options, isPath);
    for (const [index, file] of result.files.entries()) {
      const line = lines[index];
      printer.happened('file', { facts: { ...file }, lines: line === undefined ? [] : [line] });
    }
    count += result.files.length;
    if (!result.isMore || pages === MAX_PAGES) break;
    result = await page(session, seen, path, options, count);
  }
  const { partitions, partition, path: folder, isMore, problems } = result;
  for (const problem of problems) printer.warning('FILE_DAMAGED', problem);
  printer.done({
    facts: {
      ...{ command: 'ls', target, partitions, partition, path: folder },
      ...{ files: count, isMore, problems },
    },
    lines: path === undefined ? tableLines(partitions.map(partitionRow)) : [],
  });
  return problems.length > 0 ? exitCodes.incomplete : exitCodes.done;
}

function page(
  session: Session,
  { target, expected }: SeenTarget,
  path: string | undefined,
  { recursive, search, unpack }: Options,
  offset: number,
): Promise<ListFilesResult> {
  return unpackingIfAgreed(session, unpack === true, (unpacking) =>
    work(session, {
      task: 'list-files',
      target,
      expected,
      source: sourceOf(session),
      path: path ?? null,
      recursive: recursive === true || search !== undefined,
      search: search ?? null,
      offset,
      limit: MAX_LISTED,
      ...unpacking,
    }),
  );
}

function linesOf(
  files: readonly ListedFile[],
  { long }: Options,
  isPath: boolean,
): readonly string[] {
  if (long !== true) return files.map((file) => shortLine(file, isPath));
  return tableLines(files.map((file) => longRow(file, isPath)));
}
