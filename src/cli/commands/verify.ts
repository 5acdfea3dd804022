/** `pikeep verify`: is an image still what was read from the card, and is the card still what was read then? */

import type { Command } from 'commander';
import { weakIdentity } from '../../engine/disk.ts';
import { PiKeepError } from '../../engine/errors.ts';
import { formatBytes, formatDuration } from '../../engine/format.ts';
import { settleUnproven } from '../../library/unproven.ts';
import { findDisk, lookAtDisks, requireCard } from '../cards.ts';
import type { Run } from '../command.ts';
import { differenceLines, placesOf } from '../differences.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { absolute, type Session } from '../session.ts';
import { sourceOf, work } from '../work.ts';

export function defineVerify(program: Command, run: Run): void {
  program
    .command('verify <image>')
    .description('Compare an image with the checksums taken when the card was read.')
    .option('--against <disk>', 'compare the card in this disk with the image')
    .action((image: string, { against }: { against?: string }, command: Command) =>
      run(command, (session) =>
        against === undefined ? verify(session, image) : compare(session, image, against),
      ),
    );
}

async function verify(session: Session, name: string): Promise<ExitCode> {
  const image = absolute(name, 'The image');
  session.printer.start({ facts: { command: 'verify', image }, lines: [`Verifying ${image}`] });
  const { library } = session;
  const { task, ...fields } = await work(session, { task: 'verify', image, library });
  const through = fields.verified === 'read-back' ? 'the disk' : 'the system’s cache';
  session.printer.done({
    facts: { command: task, ...fields },
    lines: [
      'The image is what was read from the card.',
      `  ${formatBytes(fields.bytes)} read from ${through} in ${formatDuration(fields.seconds)}`,
      ...incompleteLines(fields.unreadable, 'It is incomplete:', 'zeros stand there.'),
    ],
  });
  return exitCodes.done;
}

/** Throws CARD_DIFFERS, after every difference was told. */
async function compare(session: Session, name: string, against: string): Promise<ExitCode> {
  const { printer } = session;
  const image = absolute(name, 'The image');
  const seen = await findDisk(await lookAtDisks(session), against);
  requireCard(seen);
  const disk = seen.disk.id;
  printer.start({
    facts: { command: 'verify', image, disk },
    lines: [`Comparing ${seen.glance.title} (${disk}) with ${image}`],
  });
  const identity = weakIdentity(seen.disk);
  const result = await work(session, {
    task: 'compare',
    image,
    library: session.library,
    disk,
    expected: { ...identity, partitions: [...identity.partitions] },
    source: sourceOf(session),
    forceUnmount: false,
  });
  const { task, differences, moreDifferences, ...fields } = result;
  const lines = differenceLines(differences);
  for (const [index, difference] of differences.entries()) {
    printer.happened('difference', { facts: difference, lines: lines[index] ?? [] });
  }
  const { verdict, bytes, differingBytes, seconds } = fields;
  if (verdict === 'differs') {
    const ranges = differences.length + moreDifferences;
    const places = placesOf(differences);
    throw new PiKeepError('CARD_DIFFERS', { disk, image, bytes: differingBytes, ranges, places });
  }
  if (verdict === 'same' && fields.notCompared === null) {
    await settleUnproven(seen.disk, image, session.recordsFolder);
  }
  if (verdict === 'mounted') printer.warning('MOUNTED_SINCE', MOUNTED);
  printer.done({
    facts: { command: 'verify', ...fields },
    lines: [
      verdict === 'same'
        ? 'The card is what was read when the image was made.'
        : 'The card is what was read when the image was made, but for what mounting writes.',
      `  ${formatBytes(bytes)} read from the card in ${formatDuration(seconds)}`,
      ...incompleteLines(fields.notCompared, 'The image is incomplete:', 'that was not compared.'),
    ],
  });
  return exitCodes.done;
}

function incompleteLines(
  unreadable: { ranges: number; bytes: number } | null,
  what: string,
  so: string,
): string[] {
  if (!unreadable) return [];
  const ranges = unreadable.ranges === 1 ? 'one range' : `${unreadable.ranges} ranges`;
  const size = formatBytes(unreadable.bytes);
  return [`  ${what} ${ranges} of the card, ${size}, could not be read when it was made; ${so}`];
}

const MOUNTED =
  'The card was mounted since the backup. Every file on it is the same as in the image; only marks, hints, dates of the last access and hidden folders of the system differ.';
