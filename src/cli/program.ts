/** The command line as a whole: every command, every option, and what is wrong usage. */

import { Command, type CommanderError } from 'commander';
import { PiKeepError } from '../engine/errors.ts';
import type { Run } from './command.ts';
import { defineBackup } from './commands/backup.ts';
import { defineCheck } from './commands/check.ts';
import { defineDemo } from './commands/demo.ts';
import { defineDiff } from './commands/diff.ts';
import { defineDoctor } from './commands/doctor.ts';
import { defineExtract } from './commands/extract.ts';
import { defineForget } from './commands/forget.ts';
import { defineHistory } from './commands/history.ts';
import { defineInspect } from './commands/inspect.ts';
import { defineList } from './commands/list.ts';
import { defineLs } from './commands/ls.ts';
import { definePanel } from './commands/panel.ts';
import { definePi } from './commands/pi.ts';
import { defineProtect } from './commands/protect.ts';
import { defineRestore } from './commands/restore.ts';
import { defineSettings } from './commands/settings.ts';
import { defineVerify } from './commands/verify.ts';
import { defineWatch } from './commands/watch.ts';
import { addGlobalOptions } from './options.ts';
import type { Output } from './output.ts';

export interface ProgramOptions {
  readonly version: string;
  readonly stdout: Output;
  readonly run: Run;
}

export function buildProgram({ version, stdout, run }: ProgramOptions): Command {
  const program = new Command('pikeep');
  program
    .description(
      'Backs up and restores Raspberry Pi cards: one plain image a card, proven before it is called done.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    // Wrong usage becomes an error like every other one; the printer says it.
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: () => undefined })
    .addHelpText('after', EXIT_CODES);
  addGlobalOptions(program);
  for (const define of commands) define(program, run);
  return program;
}

const commands = [
  defineList,
  defineInspect,
  defineBackup,
  defineVerify,
  defineCheck,
  defineRestore,
  defineLs,
  defineExtract,
  defineDiff,
  defineHistory,
  definePi,
  defineForget,
  defineWatch,
  definePanel,
  defineProtect,
  defineSettings,
  defineDoctor,
  defineDemo,
];

const EXIT_CODES = `
Exit codes: 0 done and proven, 1 failed, 2 wrong usage, 3 some ranges could not be read,
4 refused, 5 permission is missing, 6 verification found a difference, 130 interrupted.`;

/** The USAGE error of a command line that commander refused; null when it only printed help or the version. */
export function usageErrorOf(error: CommanderError): PiKeepError | null {
  if (error.exitCode === 0) return null;
  const said = error.message.replace(/^error: /, '');
  const detail = error.code === 'commander.help' ? 'A command is missing.' : sentence(said);
  return new PiKeepError('USAGE', { detail }, { cause: error });
}

function sentence(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n');
  const joined = [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(' ');
  return /[.?)]$/.test(joined) ? joined : `${joined}.`;
}
