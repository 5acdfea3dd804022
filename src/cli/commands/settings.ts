/** `pikeep settings`: what the app and the command line remember. */

import type { Command } from 'commander';
import { PiKeepError } from '../../engine/errors.ts';
import { imageFormats } from '../../engine/image/image-format.ts';
import {
  followTimeMachine,
  languageChoices,
  MAX_REMIND_DAYS,
  type Settings,
  verifyChoices,
} from '../../platform/settings.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { absolute, type Session } from '../session.ts';
import { settingsFacts } from '../settings-facts.ts';
import { tableLines } from '../table.ts';

interface Setting {
  /** Throws USAGE for what cannot be its value. */
  readonly set: (value: string) => Partial<Settings>;
  /** As it is typed. */
  readonly get: (settings: Settings) => string;
}

/** What can be set, in the order in which it is shown. */
const known: { readonly [name: string]: Setting } = {
  library: { set: (value) => ({ library: absolute(value, 'library') }), get: (s) => s.library },
  format: { set: (value) => ({ format: oneOf(imageFormats, value) }), get: (s) => s.format },
  verify: { set: (value) => ({ verify: oneOf(verifyChoices, value) }), get: (s) => s.verify },
  'eject-when-done': onOff('ejectWhenDone'),
  remind: {
    set: (value) => ({ remindDays: days(value) }),
    get: ({ remindDays }) => (remindDays === null ? 'off' : `${remindDays}`),
  },
  'show-other-external': onOff('showOtherExternal'),
  'exclude-from-time-machine': onOff('excludeFromTimeMachine'),
  language: {
    set: (value) => ({ language: oneOf(languageChoices, value) }),
    get: (s) => s.language,
  },
};

export function defineSettings(program: Command, run: Run): void {
  program
    .command('settings [name] [value]')
    .description('Show the settings or one of them, or change one.')
    .addHelpText('after', HELP)
    .action(
      (name: string | undefined, value: string | undefined, _options: object, command: Command) =>
        run(command, (session) => settings(session, name, value)),
    );
}

const HELP = `
  library FOLDER                where backups are kept
  format img|img.gz|img.zst     the kind of image that is made where nothing else is asked for
  verify image|card|none        what is read again as a proof where nothing else is asked for
  eject-when-done on|off        eject a card as soon as its backup or restore is proven
  remind DAYS|off               remind of a Pi whose last backup is older; “pikeep pi” sets it for one
  show-other-external on|off    offer external disks that are no cards too; overwriting
                                one then needs its name typed out
  exclude-from-time-machine on|off
                                keep Time Machine from backing up the library (macOS)
  language ${languageChoices.join('|')}
                                of the panel, the menu bar and the notices

“pikeep protect” keeps the list of disks that are never touched.`;

/** Throws USAGE for a setting or a value that does not exist, SETTINGS_INVALID when it cannot be saved. */
async function settings(
  session: Session,
  name: string | undefined,
  value: string | undefined,
): Promise<ExitCode> {
  const { settings: store, printer } = session;
  const setting = name === undefined ? null : settingOf(name);
  if (setting && value !== undefined) await change(session, setting.set(value));
  const { current, file } = store;
  const single = setting && value === undefined ? setting.get(current) : null;
  printer.done({
    facts: {
      command: 'settings',
      file,
      ...settingsFacts(current),
      ...(single === null ? {} : { name, value: single }),
    },
    lines: single === null ? allLines(file, current) : [single],
  });
  return exitCodes.done;
}

async function change({ settings: store, platform }: Session, change: Partial<Settings>) {
  const { current } = store;
  await followTimeMachine(platform.timeMachine, current, { ...current, ...change });
  await store.update(change);
}

function allLines(file: string, current: Settings): string[] {
  return [
    `The settings in ${file}`,
    ...tableLines([
      ...Object.entries(known).map(([name, { get }]) => [`  ${name}`, get(current)]),
      ['  never touch', `${current.neverTouch.length} on the list of “pikeep protect --list”`],
    ]),
  ];
}

function settingOf(name: string): Setting {
  const setting = Object.hasOwn(known, name) ? known[name] : undefined;
  if (setting) return setting;
  throw usage(`There is no setting “${name}”, only ${Object.keys(known).join(', ')}.`);
}

type Switch = 'ejectWhenDone' | 'showOtherExternal' | 'excludeFromTimeMachine';

function onOff(key: Switch): Setting {
  return {
    set: (value) => ({ [key]: oneOf(['on', 'off'], value) === 'on' }),
    get: (settings) => (settings[key] ? 'on' : 'off'),
  };
}

function oneOf<T extends string>(choices: readonly T[], value: string): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw usage(`The value is ${choices.join(' or ')}, not “${value}”.`);
}

function days(value: string): number | null {
  if (value === 'off') return null;
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= MAX_REMIND_DAYS) return number;
  throw usage(`The value is off or days from 1 to ${MAX_REMIND_DAYS}, not “${value}”.`);
}

function usage(detail: string): PiKeepError {
  return new PiKeepError('USAGE', { detail });
}
