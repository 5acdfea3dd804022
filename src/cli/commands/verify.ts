/** `pikeep verify`: is an image still what was read from the card? */

import type { Command } from 'commander';
import { formatBytes, formatDuration } from '../../engine/format.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { absolute, type Session } from '../session.ts';
import { work } from '../work.ts';

export function defineVerify(program: Command, run: Run): void {
  program
    .command('verify <image>')
    .description('Compare an image with the checksums taken when the card was read.')
    .action((image: string, _options: object, command: Command) =>
      run(command, (session) => verify(session, image)),
    );
}

async function verify(session: Session, name: string): Promise<ExitCode> {
  const image = absolute(name, 'The image');
  session.printer.start({ facts: { command: 'verify', image }, lines: [`Verifying ${image}`] });
  const { task, ...fields } = await work(session, { task: 'verify', image });
  const through = fields.verified === 'read-back' ? 'the disk' : 'the system’s cache';
  session.printer.done({
    facts: { command: task, ...fields },
    lines: [
      'The image is what was read from the card.',
      `  ${formatBytes(fields.bytes)} read from ${through} in ${formatDuration(fields.seconds)}`,
    ],
  });
  return exitCodes.done;
}
