/** `pikeep backup`: one card into one proven image. */

import { type Command, Option } from 'commander';
import { PiKeepError } from '../../engine/errors.ts';
import { formatBytes } from '../../engine/format.ts';
import { formatOfName, type ImageFormat, imageFormats } from '../../engine/image/image-format.ts';
import { verifyChoices } from '../../platform/settings.ts';
import { type BackupTask, MAX_RESCUE_MINUTES, RESCUE_MINUTES } from '../../worker/tasks.ts';
import { chooseUnfinished, tellUnfinished } from '../backup-continue.ts';
import { backupReport } from '../backup-report.ts';
import { backupTask } from '../backup-task.ts';
import { findDisk, lookAtDisks, requireCard } from '../cards.ts';
import type { Run } from '../command.ts';
import { type Destination, folderOf, resolveDestination } from '../destination.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { offerToClear } from '../leftovers.ts';
import type { Session } from '../session.ts';
import { work } from '../work.ts';

interface Options {
  readonly to?: string;
  /** Undefined where the user left it to the name of the file, or to the settings. */
  readonly format?: ImageFormat;
  readonly wholeCard?: true;
  readonly fullHash?: true;
  /** Undefined where the user left it to the settings. */
  readonly verify?: BackupTask['verify'];
  readonly rescueMinutes: number;
  readonly continue?: true;
}

export function defineBackup(program: Command, run: Run): void {
  program
    .command('backup <disk>')
    .description('Copy a card into an image file and prove it.')
    .option(
      '--to <path>',
      'an existing folder, or a new file that ends in .img, .img.gz or .img.zst',
    )
    .addOption(
      new Option(
        '--format <format>',
        'kind of image (default: as the file of --to ends, else as set)',
      ).choices(imageFormats),
    )
    .option('--whole-card', 'copy every byte of the card, used or not')
    .option('--full-hash', 'note the SHA-256 of the whole unpacked image, free space included')
    .addOption(
      new Option('--verify <what>', 'what is read again as a proof (default: as set)').choices(
        verifyChoices,
      ),
    )
    .option(
      '--rescue-minutes <minutes>',
      'on a dying card, give up after this long without anything more being read',
      minutes,
      RESCUE_MINUTES,
    )
    .option('--continue', 'go on with the newest unfinished backup of this card, as it was begun')
    .action((disk: string, options: Options, command: Command) =>
      run(command, (session) => backup(session, disk, options)),
    );
}

async function backup(session: Session, name: string, options: Options): Promise<ExitCode> {
  const { printer, library } = session;
  const usual = session.settings.current;
  const seen = await findDisk(await lookAtDisks(session), name);
  requireCard(seen);
  const destination = await resolveDestination(options.to, library);
  const format = chooseFormat(usual.format, options.format, destination);
  const folder = folderOf(destination);
  const { disk, glance } = seen;
  const unfinished = await chooseUnfinished(session, disk, destination, {
    continues: options.continue === true,
    format: options.format,
    wholeCard: options.wholeCard,
    fullHash: options.fullHash,
    verify: options.verify,
  });
  if (!unfinished) await offerToClear(session, folder);
  const continuesFrom = unfinished?.file ?? null;
  const verb = unfinished ? 'Going on with the backup of' : 'Backing up';
  const facts = { disk: disk.id, title: glance.title, bytes: disk.bytes, folder };
  printer.start({
    facts: { command: 'backup', ...facts, continuesFrom },
    lines: [`${verb} ${glance.title} (${disk.id}, ${formatBytes(disk.bytes)}) to ${folder}`],
  });
  if (disk.unproven !== undefined) {
    const text = `A restore of ${disk.unproven} to this card, or to one that looks the same, was never proven.`;
    printer.warning('CARD_UNPROVEN', text);
  }
  const how = {
    destination,
    format,
    verify: options.verify ?? usual.verify,
    wholeCard: options.wholeCard === true,
    fullHash: options.fullHash === true,
    rescueMinutes: options.rescueMinutes,
    continueFrom: continuesFrom,
  };
  const result = await work(session, backupTask(session, disk, how)).catch(
    async (error: unknown): Promise<never> => {
      await tellUnfinished(session, disk, destination);
      throw error;
    },
  );
  printer.done(backupReport(result, { disk: disk.id }));
  return result.unreadable ? exitCodes.incomplete : exitCodes.done;
}

/** Throws USAGE. */
function minutes(text: string): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= MAX_RESCUE_MINUTES) return value;
  const detail = `--rescue-minutes takes whole minutes, from 1 to ${MAX_RESCUE_MINUTES}.`;
  throw new PiKeepError('USAGE', { detail });
}

/** Throws USAGE when the option and the name of the file say different things. */
function chooseFormat(
  usual: ImageFormat,
  option: ImageFormat | undefined,
  destination: Destination,
): ImageFormat {
  if (destination.kind !== 'file') return option ?? usual;
  const named = formatOfName(destination.path);
  if (option === undefined || option === named) return named;
  const detail = `The file is called as a ${named}, but --format says ${option}.`;
  throw new PiKeepError('USAGE', { detail });
}
