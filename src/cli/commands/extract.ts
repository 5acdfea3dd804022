/** `pikeep extract`: files and folders out of a card or an image. */

import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { errnoOf, PiKeepError } from '../../engine/errors.ts';
import { formatBytes, formatDuration } from '../../engine/format.ts';
import type { ExtractResult } from '../../worker/file-results.ts';
import type { ExtractTask } from '../../worker/tasks.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { seenTarget, unpackingIfAgreed } from '../files-target.ts';
import { absolute, type Session } from '../session.ts';
import { sourceOf, work } from '../work.ts';
import { PATHS_HELP } from './ls.ts';

/** What a list for people names. */
const MAX_NAMES = 40;

export function defineExtract(program: Command, run: Run): void {
  program
    .command('extract <disk-or-image> <path> <paths-and-destination...>')
    .description('Copy files and folders out of a card or an image. Nothing is overwritten.')
    .usage('[options] <disk-or-image> <path...> <destination>')
    .option('--unpack', 'unpack an image of another program first, where that is needed')
    .addHelpText('after', `${PATHS_HELP}\n${DESTINATION_HELP}`)
    .action(
      (
        target: string,
        first: string,
        rest: string[],
        options: { unpack?: true },
        command: Command,
      ) =>
        run(command, (session) => {
          const paths = [first, ...rest.slice(0, -1)];
          const destination = rest.at(-1) ?? '';
          return extract(session, target, paths, destination, options.unpack === true);
        }),
    );
}

const DESTINATION_HELP = `
The destination is a folder, into which everything goes under its own name; or, for one path, a new
name. Rights and dates are kept, but for the set-id bits; owners are not. Links become links and are
not followed. Device nodes, pipes and sockets are left out and named; then the exit code is 3.`;

async function extract(
  session: Session,
  name: string,
  paths: readonly string[],
  to: string,
  unpack: boolean,
): Promise<ExitCode> {
  const { printer } = session;
  const { target, expected } = await seenTarget(session, name);
  const destination = await destinationOf(to);
  const where = destination.kind === 'folder' ? destination.folder : destination.path;
  printer.start({
    facts: { command: 'extract', target, paths, destination: where },
    lines: [`Taking ${paths.join(', ')} out of ${target}`],
  });
  const result = await unpackingIfAgreed(session, unpack, (unpacking) =>
    work(session, {
      task: 'extract',
      target,
      expected,
      source: sourceOf(session),
      paths: [...paths],
      destination,
      ...unpacking,
    }),
  );
  const { skipped, moreSkipped, renamed, outward } = result;
  tell(session, 'skipped', skipped, ({ path, why, kept }) =>
    kept ? `  not whole: ${path}: ${why}` : `  left out: ${path}, because ${why}`,
  );
  tell(session, 'renamed', renamed, ({ path, name: own }) => `  renamed: ${path} is ${own}`);
  tell(
    session,
    'outward',
    outward,
    ({ path, target: to_ }) => `  leads out of what was taken: ${path} -> ${to_}`,
  );
  const { task, skipped: _skipped, renamed: _renamed, outward: _outward, ...facts } = result;
  const isWhole = skipped.length + moreSkipped === 0;
  printer.done({
    facts: { command: task, ...facts, skipped: skipped.length + moreSkipped },
    lines: doneLines(result, isWhole),
  });
  return isWhole ? exitCodes.done : exitCodes.incomplete;
}

/** Each for scripts, the first for people. */
function tell<T extends Readonly<Record<string, unknown>>>(
  { printer }: Session,
  event: string,
  items: readonly T[],
  lineOf: (item: T) => string,
): void {
  for (const [index, item] of items.entries()) {
    const more = `  and ${items.length - MAX_NAMES} more`;
    const lines = index < MAX_NAMES ? [lineOf(item)] : index === MAX_NAMES ? [more] : [];
    printer.happened(event, { facts: { ...item }, lines });
  }
}

function doneLines(result: ExtractResult, isWhole: boolean): string[] {
  const { files, folders, links, bytes, seconds, made } = result;
  const counts = [
    count(files, 'file'),
    ...(folders === 0 ? [] : [count(folders, 'folder')]),
    ...(links === 0 ? [] : [count(links, 'link')]),
  ];
  const whole = isWhole ? 'Done' : 'Done, but something is missing or not whole';
  return [
    `${whole}: ${counts.join(', ')}, ${formatBytes(bytes)} in ${formatDuration(seconds)}.`,
    ...made.slice(0, MAX_NAMES).map((path) => `  ${path}`),
  ];
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}

/** A folder that exists receives; anything else is a new name. */
async function destinationOf(to: string): Promise<ExtractTask['destination']> {
  const path = absolute(to, 'The destination');
  try {
    if ((await stat(path)).isDirectory()) return { kind: 'folder', folder: path };
    throw new PiKeepError('DESTINATION_EXISTS', { path });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return { kind: 'as', path };
  }
}
