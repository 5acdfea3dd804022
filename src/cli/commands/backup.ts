/** `pikeep backup`: one card into one proven image. */

import { type Command, Option } from 'commander';
import { PiKeepError } from '../../engine/errors.ts';
import { formatBytes } from '../../engine/format.ts';
import type { BackupTask } from '../../worker/protocol.ts';
import { backupReport } from '../backup-report.ts';
import { backupTask } from '../backup-task.ts';
import { findDisk, lookAtDisks, requireCard } from '../cards.ts';
import type { Run } from '../command.ts';
import { folderOf, resolveDestination } from '../destination.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { offerToClear } from '../leftovers.ts';
import type { Session } from '../session.ts';
import { work } from '../work.ts';

interface Options {
  readonly to?: string;
  readonly format: string;
  readonly wholeCard?: true;
  readonly verify: BackupTask['verify'];
}

export function defineBackup(program: Command, run: Run): void {
  program
    .command('backup <disk>')
    .description('Copy a card into an image file and prove it.')
    .option('--to <path>', 'an existing folder, or a new file that ends in .img')
    .addOption(
      new Option('--format <format>', 'kind of image')
        .choices(['img', 'img.gz', 'img.zst'])
        .default('img'),
    )
    .option('--whole-card', 'copy every byte of the card, used or not')
    .addOption(
      new Option('--verify <what>', 'what is read again as a proof')
        .choices(['image', 'card', 'none'])
        .default('image'),
    )
    .action((disk: string, options: Options, command: Command) =>
      run(command, (session) => backup(session, disk, options)),
    );
}

async function backup(session: Session, name: string, options: Options): Promise<ExitCode> {
  const { printer, library } = session;
  requireAvailable(options);
  const seen = await findDisk(await lookAtDisks(session, null), name);
  requireCard(seen);
  const destination = await resolveDestination(options.to, library);
  const folder = folderOf(destination);
  await offerToClear(session, folder);
  const { disk, glance } = seen;
  printer.start({
    facts: { command: 'backup', disk: disk.id, title: glance.title, bytes: disk.bytes, folder },
    lines: [`Backing up ${glance.title} (${disk.id}, ${formatBytes(disk.bytes)}) to ${folder}`],
  });
  const how = { destination, verify: options.verify, wholeCard: options.wholeCard === true };
  const result = await work(session, backupTask(session, disk, how));
  printer.done(backupReport(result, { disk: disk.id }));
  return exitCodes.done;
}

/** Throws USAGE for what the design has and this version has not. */
function requireAvailable({ format }: Options): void {
  if (format === 'img') return;
  const detail = `The format ${format} is not available yet; this version makes plain images (img).`;
  throw new PiKeepError('USAGE', { detail });
}
