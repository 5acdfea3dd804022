/** `pikeep settings`: what the app and the command line remember. */

import { homedir } from 'node:os';
import type { Command } from 'commander';
import { PiKeepError } from '../../engine/errors.ts';
import { type Settings, settingsFile } from '../../platform/settings.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { absolute, type Session } from '../session.ts';
import { tableLines } from '../table.ts';

/** What can be set, in the order in which it is shown. */
const known: {
  readonly [name: string]: (value: string) => Partial<Settings>;
} = {
  library: (value) => ({ library: absolute(value, 'library') }),
  'eject-when-done': (value) => ({ ejectWhenDone: onOrOff(value) }),
  'show-other-external': (value) => ({ showOtherExternal: onOrOff(value) }),
};

export function defineSettings(program: Command, run: Run): void {
  program
    .command('settings [name] [value]')
    .description('Show the settings, or change one.')
    .addHelpText('after', HELP)
    .action(
      (name: string | undefined, value: string | undefined, _options: object, command: Command) =>
        run(command, (session) => settings(session, name, value)),
    );
}

const HELP = `
  library FOLDER                where backups are kept
  eject-when-done on|off        eject a card as soon as its backup or restore is proven
  show-other-external on|off    offer external disks that are no cards too; overwriting
                                one then needs its name typed out

“pikeep protect” keeps the list of disks that are never touched.`;

/** Throws USAGE for a setting or a value that does not exist, SETTINGS_INVALID when it cannot be saved. */
async function settings(
  { settings: store, printer }: Session,
  name: string | undefined,
  value: string | undefined,
): Promise<ExitCode> {
  if (name !== undefined) await store.update(changeOf(name, value));
  const file = settingsFile({
    platform: process.platform,
    home: homedir(),
    configHome: process.env['XDG_CONFIG_HOME'],
  });
  const { library, ejectWhenDone, showOtherExternal, neverTouch } = store.current;
  printer.done({
    facts: { command: 'settings', file, ...store.current },
    lines: [
      `The settings in ${file}`,
      ...tableLines([
        ['  library', library],
        ['  eject-when-done', ejectWhenDone ? 'on' : 'off'],
        ['  show-other-external', showOtherExternal ? 'on' : 'off'],
        ['  never touch', `${neverTouch.length} on the list of “pikeep protect --list”`],
      ]),
    ],
  });
  return exitCodes.done;
}

function changeOf(name: string, value: string | undefined): Partial<Settings> {
  const change = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!change) throw usage(`There is no setting “${name}”, only ${Object.keys(known).join(', ')}.`);
  if (value === undefined) throw usage(`The value for “${name}” is missing.`);
  return change(value);
}

function onOrOff(value: string): boolean {
  if (value !== 'on' && value !== 'off') throw usage(`The value is on or off, not “${value}”.`);
  return value === 'on';
}

function usage(detail: string): PiKeepError {
  return new PiKeepError('USAGE', { detail });
}
