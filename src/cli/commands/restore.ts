/** `pikeep restore`: an image onto a card, or onto several at once. */

import { type Command, Option } from 'commander';
import { PiKeepError } from '../../engine/errors.ts';
import type { RestoreTask } from '../../worker/tasks.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { confirm } from '../restore-confirmation.ts';
import { restoreMany } from '../restore-many.ts';
import { type Grow, questionFacts, questionLines } from '../restore-question.ts';
import { restoreReport } from '../restore-report.ts';
import { type How, restoreOne } from '../restore-run.ts';
import { chooseTargets } from '../restore-targets.ts';
import { undoRestore } from '../restore-undo.ts';
import { absolute, type Session } from '../session.ts';

interface Options {
  readonly yes?: true;
  readonly full?: true;
  readonly differential?: true;
  readonly grow: Grow;
  readonly backupFirst?: true;
  readonly forceUnmount?: true;
  /** Undefined: as in the settings. */
  readonly eject?: boolean;
  readonly confirmName: readonly string[];
  readonly undo?: string;
}

export function defineRestore(program: Command, run: Run): void {
  program
    .command('restore [image] [disks...]')
    .description('Write an image to a card, or to several, and prove it. What is on them is lost.')
    .option('--yes', 'overwrite without asking (needed where there is no terminal)')
    .option('--backup-first', 'back up what is on the card before it is overwritten')
    .addOption(
      new Option('--full', 'write everything, also what is on the card already').conflicts(
        'differential',
      ),
    )
    .addOption(
      new Option('--differential', 'write only what differs (default: whichever is faster)'),
    )
    .addOption(
      new Option('--grow <when>', 'what becomes of the rest of a larger card')
        .choices(['leave', 'first-boot'])
        .default('leave'),
    )
    .option('--force-unmount', 'unmount the card although programs use it')
    .option('--eject', 'eject the card when it is proven (default: as in the settings)')
    .option('--no-eject', 'leave the card in when it is proven')
    .addOption(
      new Option('--confirm-name <name>', 'confirm an external disk that is no card by its name')
        .argParser((name: string, names: readonly string[]) => [...names, name])
        .default([], 'none'),
    )
    .option('--undo <disk>', 'bring the old content back, if only the mark of a restore is written')
    .addHelpText('after', HELP)
    .action((image: string | undefined, disks: string[], options: Options, command: Command) =>
      run(command, (session) => dispatch(session, image, disks, options)),
    );
}

const HELP = `
Without a disk, the image goes to the card it was made of, if that is in a reader.
PiKeep shows what will be lost and what will be written, and asks, before anything is written.`;

function dispatch(
  session: Session,
  image: string | undefined,
  disks: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const { undo, yes = false, forceUnmount = false } = options;
  if (undo === undefined) {
    if (image === undefined) throw usage('The image to restore is missing.');
    return restore(session, absolute(image, 'The image'), disks, options);
  }
  if (image !== undefined) throw usage('--undo takes one disk, and no image.');
  return undoRestore(session, undo, { yes, forceUnmount });
}

async function restore(
  session: Session,
  image: string,
  disks: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const { printer, settings } = session;
  const targets = await chooseTargets(session, image, disks);
  const { grow, confirmName } = options;
  const how: How = {
    mode: modeOf(options),
    grow,
    forceUnmount: options.forceUnmount === true,
    ejectWhenDone: options.eject ?? settings.current.ejectWhenDone,
  };
  const consent = {
    yes: options.yes === true,
    backupFirst: options.backupFirst === true,
    names: confirmName,
  };
  const isParallel = targets.length > 1;
  printer.start({
    facts: { command: 'restore', image, mode: how.mode, ...questionFacts(targets, grow) },
    lines: questionLines(targets, grow),
    isParallel,
  });
  if (isParallel) return restoreMany(session, { image, targets, consent, how });
  for (const target of targets) {
    const decision = await confirm(session, target, consent);
    printer.done(restoreReport(await restoreOne(session, { image, target, decision, how })));
  }
  return exitCodes.done;
}

function modeOf({ full, differential }: Options): RestoreTask['mode'] {
  if (full) return 'full';
  return differential ? 'differential' : 'auto';
}

function usage(detail: string): PiKeepError {
  return new PiKeepError('USAGE', { detail });
}
