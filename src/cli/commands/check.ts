/** `pikeep check`: is a backup, or a card, any good? One page, or a table of all that have not been read for long. */

import { type Command, Option } from 'commander';
import { PiKeepError } from '../../engine/errors.ts';
import { cacheFolder } from '../../library/cache-folder.ts';
import { checkDue, verdictCode } from '../check-library.ts';
import { checkLines } from '../check-lines.ts';
import type { Run } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { targetOf } from '../files-target.ts';
import type { Session } from '../session.ts';
import { sourceOf, work } from '../work.ts';

/** Days between two readings of a backup where nobody says otherwise. */
const USUAL_DAYS = 30;
const MAX_DAYS = 10_000;

interface Options {
  readonly quick?: true;
  readonly hash?: true;
  readonly unpack?: true;
  /** True: `--due` without a number. */
  readonly due?: string | true;
}

export function defineCheck(program: Command, run: Run): void {
  program
    .command('check [disk-or-image]')
    .description('Say whether a backup, or a card, is any good: one page of checks.')
    .option('--quick', 'do not read the content, only what a Pi needs to start')
    .option('--hash', 'compute the SHA-256 of the image too')
    .option('--unpack', 'unpack an image of another program first, where that is needed')
    .addOption(
      new Option(
        '--due [days]',
        `check every backup of the library that was not read for so many days (${USUAL_DAYS})`,
      ),
    )
    .action((target: string | undefined, options: Options, command: Command) =>
      run(command, (session) => {
        if (options.due === undefined) return check(session, requireTarget(target), options);
        if (target === undefined && !options.quick && !options.hash && !options.unpack) {
          return checkDue(session, daysOf(options.due));
        }
        const detail =
          '“--due” is about the whole library: it goes with no image, --quick, --hash or --unpack.';
        throw new PiKeepError('USAGE', { detail });
      }),
    );
}

async function check(session: Session, name: string, options: Options): Promise<ExitCode> {
  const { printer, recordsFolder, library } = session;
  const target = await targetOf(session, name);
  printer.start({ facts: { command: 'check', target }, lines: [`Checking ${target}`] });
  const { quick = false, hash = false, unpack = false } = options;
  const result = await work(session, {
    ...{ task: 'check', target, quick, hash, recordsFolder, library },
    ...{ unpack, cacheFolder: cacheFolder() },
    source: sourceOf(session),
  });
  const { task, ...fields } = result;
  printer.done({ facts: { command: task, ...fields }, lines: checkLines(result) });
  return verdictCode(result.verdict);
}

function requireTarget(target: string | undefined): string {
  if (target !== undefined) return target;
  throw new PiKeepError('USAGE', { detail: 'Name an image or a disk, or give “--due”.' });
}

function daysOf(due: string | true): number {
  if (due === true) return USUAL_DAYS;
  const days = /^\d{1,5}$/.test(due) ? Number(due) : Number.NaN;
  if (days <= MAX_DAYS) return days;
  throw new PiKeepError('USAGE', { detail: `“--due” wants a number of days, not “${due}”.` });
}
