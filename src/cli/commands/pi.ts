/** `pikeep pi`: the names and wishes that a user has for each Pi. They follow the card's identity, not a file. */

import { type Command, Option } from 'commander';
import { formatKeepRules, keepsAll, parseKeepRules } from '../../library/keep-rules.ts';
import { lastBackupWords } from '../../library/last-backup.ts';
import type { Pi } from '../../library/pi-groups.ts';
import {
  MAX_DAYS,
  MAX_NAME_LETTERS,
  MAX_NOTE_LETTERS,
  type PiPreferences,
  piColours,
} from '../../library/pi-preferences.ts';
import { namesOf } from '../../library/recognise.ts';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { factLines } from '../fact-lines.ts';
import { findPi, type KnownPis, piFacts, readPis, usage } from '../pis.ts';
import type { Session } from '../session.ts';
import { tableLines } from '../table.ts';

interface PiOptions {
  readonly name?: string;
  readonly note?: string;
  readonly colour?: PiPreferences['colour'] | 'none';
  readonly remind?: string;
  readonly handsFree?: 'on' | 'off';
  readonly keep?: string;
  readonly verifyEvery?: string;
}

export function definePi(program: Command, run: Run): void {
  program
    .command('pi [pi]')
    .description(
      'Show the Pis that there are backups of, or set what one is called and how it is kept.',
    )
    .option('--name <text>', 'what to call it instead of its hostname; "" for the hostname')
    .option('--note <text>', 'a note')
    .addOption(new Option('--colour <colour>', 'a colour').choices([...piColours, 'none']))
    .option('--remind <days|off|usual>', 'remind when its last backup is older than this')
    .addOption(
      new Option(
        '--hands-free <on|off>',
        'back it up by itself when its card is inserted; on a Mac the system still asks, every time',
      ).choices(['on', 'off']),
    )
    .option('--keep <rules>', 'which backups stay: last=3,daily=7,weekly=4,monthly=12, or all')
    .option('--verify-every <days|off>', 'check its newest backup again after so many days')
    .action((pi: string | undefined, options: PiOptions, command: Command) =>
      run(command, (session) =>
        pi === undefined ? all(session, options) : one(session, pi, options),
      ),
    );
}

async function all(session: Session, options: PiOptions): Promise<ExitCode> {
  if (Object.keys(options).length > 0) throw usage('Say which Pi this is for.');
  const known = await readPis(session);
  const names = namesOf(known.pis, known.naming);
  session.printer.done({
    facts: { command: 'pi', pis: known.pis.map((pi) => piFacts(pi, known)) },
    lines:
      known.pis.length === 0
        ? [`There is no backup in ${session.library}.`]
        : tableLines(
            known.pis.map((pi, at) => [names[at] ?? '', lastBackupWords(pi.backups, known.now)]),
          ),
  });
  return exitCodes.done;
}

/** Throws USAGE for a Pi or a value that does not exist, SETTINGS_INVALID when it cannot be saved. */
async function one(session: Session, name: string, options: PiOptions): Promise<ExitCode> {
  const change = changeOf(options);
  const known = await readPis(session);
  const pi = findPi(known, name);
  if (Object.keys(change).length > 0) await known.store.update(pi, known.pis, change);
  session.printer.done({
    facts: { command: 'pi', ...piFacts(pi, known) },
    lines: piLines(pi, known),
  });
  return exitCodes.done;
}

function changeOf(options: PiOptions): Partial<PiPreferences> {
  const { name, note, colour, remind, handsFree, keep, verifyEvery } = options;
  return {
    ...(name === undefined ? {} : { name: short(name.trim(), MAX_NAME_LETTERS, '--name') || null }),
    ...(note === undefined ? {} : { note: short(note, MAX_NOTE_LETTERS, '--note') }),
    ...(colour === undefined ? {} : { colour: colour === 'none' ? null : colour }),
    ...(remind === undefined
      ? {}
      : { remindDays: remind === 'usual' ? remind : days(remind, '--remind') }),
    ...(handsFree === undefined ? {} : { handsFree: handsFree === 'on' }),
    ...(keep === undefined ? {} : { keep: rulesOf(keep) }),
    ...(verifyEvery === undefined ? {} : { verifyEveryDays: days(verifyEvery, '--verify-every') }),
  };
}

function short(text: string, most: number, option: string): string {
  if (text.length > most) throw usage(`${option} takes ${most} letters at most.`);
  return text;
}

function days(text: string, option: string): number | null {
  if (text === 'off') return null;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_DAYS) {
    throw usage(`${option} takes a number of days from 1 to ${MAX_DAYS}, or “off”.`);
  }
  return count;
}

function rulesOf(text: string): PiPreferences['keep'] {
  const rules = parseKeepRules(text);
  if (rules === null) {
    throw usage(
      `“${text}” is no rule like “last=3,daily=7,weekly=4,monthly=12,yearly=all”, or “all”.`,
    );
  }
  return keepsAll(rules) ? null : { ...rules };
}

function remindWords(days: PiPreferences['remindDays']): string {
  if (days === 'usual') return 'as “pikeep settings remind” says';
  return days === null ? 'off' : `after ${days} days`;
}

function piLines(pi: Pi, known: KnownPis): string[] {
  const { store, pis, now, naming } = known;
  const { note, colour, remindDays, handsFree, keep, verifyEveryDays } = store.of(pi, pis);
  const count = pi.backups.length;
  return [
    `${naming.nameOf(pi)} — ${lastBackupWords(pi.backups, now)}`,
    ...factLines([
      ['  Hostname', pi.hostname ?? 'not known'],
      ['  System', pi.os ?? 'not known'],
      ['  Identity', pi.ids.join(', ') || 'nothing of its own: known by its look only'],
      ['  Backups', count === 1 ? 'one' : String(count)],
      ['  Note', note === '' ? 'none' : note],
      ['  Colour', colour ?? 'none'],
      ['  Remind', remindWords(remindDays)],
      ['  Hands-free', handsFree ? 'on' : 'off'],
      ['  Keep', keep === null ? 'all' : formatKeepRules(keep)],
      ['  Verify', verifyEveryDays === null ? 'off' : `every ${verifyEveryDays} days`],
      ...pi.hints.map((hint) => ['  Hint', hint] as const),
    ]),
  ];
}
