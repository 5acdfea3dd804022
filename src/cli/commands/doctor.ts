/** `pikeep doctor`: what this computer offers PiKeep, in one page to read or to report. */

import { release, type } from 'node:os';
import type { Command } from 'commander';
import { asPiKeepError } from '../../engine/errors.ts';
import { explain } from '../../engine/explain.ts';
import { formatBytes } from '../../engine/format.ts';
import { cacheFolder } from '../../library/cache-folder.ts';
import { findLeftovers } from '../../library/leftovers.ts';
import { clearUnpacked, listUnpacked } from '../../library/unpacked-cache.ts';
import type { DoorState, VolumeFacts } from '../../platform/ports.ts';
import { settingsWarningWords } from '../../platform/settings.ts';
import { lookAtDisks, type SeenDisk, volumeBelow } from '../cards.ts';
import type { Run } from '../command.ts';
import { coachLines, wayFacts, waysOf, wayWords } from '../doctor-access.ts';
import { printReport } from '../doctor-report.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { clearAll } from '../leftovers.ts';
import { VERSION } from '../place.ts';
import type { Facts } from '../printer.ts';
import type { Session } from '../session.ts';
import { settingsFacts } from '../settings-facts.ts';
import { tableLines } from '../table.ts';

export function defineDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('Show what PiKeep finds on this computer, and what is missing.')
    .option('--clear-leftovers', 'remove what unfinished backups left in the library')
    .option('--clear-cache', 'remove images of other programs that were unpacked to read files')
    .option('--try', 'open each card for a moment; macOS may ask whether that is allowed')
    .option('--report [file]', 'print one page for a bug report, without anything personal in it')
    .action((options: Options, command: Command) =>
      run(command, (session) => doctor(session, options)),
    );
}

interface Options {
  readonly clearLeftovers?: true;
  readonly clearCache?: true;
  readonly try?: true;
  readonly report?: string | true;
}

/** A finding: a value, or why there is none. */
type Found<T> =
  | { readonly value: T; readonly problem: null }
  | { readonly value: null; readonly problem: string };

async function doctor(session: Session, given: Options): Promise<ExitCode> {
  const { clearLeftovers, clearCache, report } = given;
  if (report !== undefined) {
    await printReport(session, report);
    return exitCodes.done;
  }
  const { platform, library, options, settings, printer, signal } = session;
  const disks = await found(() => lookAtDisks(session, library));
  const volume = await found(() => volumeBelow(library, platform.volumes));
  const cards = (disks.value ?? []).filter(({ verdict }) => verdict.offer);
  const doors = await platform.access.doors(cards.map(({ disk }) => disk));
  const ways = await waysOf(platform, cards, doors, given.try === true);
  const leftovers = await findLeftovers(library);
  if (clearLeftovers) await clearAll(library, leftovers, signal);
  const cache = await cacheFacts(clearCache === true);
  const cleared = clearLeftovers ? leftovers.length : 0;
  const { file } = settings;
  const system = `${type()} ${release()} (${process.arch})`;
  printer.done({
    facts: {
      command: 'doctor',
      version: VERSION,
      node: process.version,
      system,
      platform: platform.name,
      slot: options.slot,
      disks: disksFacts(disks),
      doors,
      access: ways.map(wayFacts),
      library: {
        folder: library,
        volume: volume.value && volumeFacts(volume.value),
        problem: volume.problem,
      },
      settings: {
        file,
        ...settingsFacts(settings.current),
        warning: settings.warning && settingsWarningWords(settings.warning),
      },
      leftovers,
      cleared,
      cache,
    },
    lines: [
      `PiKeep ${VERSION}`,
      ...tableLines([
        ['  Node', process.version],
        ['  System', system],
        [
          '  Cards from',
          options.slot === null ? `this computer (${platform.name})` : `the folder ${options.slot}`,
        ],
        ['  Disks', disksWords(disks)],
        ...doors.map((door) => [`  Door “${door.name}”`, doorWords(door)]),
        ...ways.map((way) => [`  Card ${way.id}`, wayWords(way)]),
        ['  Library', library],
        ['  Its volume', volume.value ? volumeWords(volume.value) : volume.problem],
        ['  Settings', file],
        ['  Unpacked images', cacheWords(cache)],
        ['  Leftovers', leftovers.length === 0 ? 'none' : String(leftovers.length)],
        ...leftovers.map(({ file, storedBytes, unfinished }) => [
          '',
          `${file} (${formatBytes(storedBytes)}${unfinished ? ', can be continued' : ''})`,
        ]),
      ]),
      ...coachLines(ways),
      ...hint(leftovers.length, cleared),
    ],
  });
  return exitCodes.done;
}

interface Cache {
  readonly folder: string;
  readonly images: number;
  readonly storedBytes: number;
  /** They were removed just now. */
  readonly isCleared: boolean;
}

async function cacheFacts(isCleared: boolean): Promise<Cache> {
  const folder = cacheFolder();
  const entries = isCleared ? await clearUnpacked(folder) : await listUnpacked(folder);
  const storedBytes = entries.reduce((sum, entry) => sum + entry.storedBytes, 0);
  return { folder, images: entries.length, storedBytes, isCleared };
}

function cacheWords({ images, storedBytes, isCleared }: Cache): string {
  if (images === 0) return 'none';
  const amount = `${images}, ${formatBytes(storedBytes)}`;
  return isCleared ? `removed ${amount}` : `${amount} (“--clear-cache” removes them)`;
}

/** A doctor does not stop at the first illness. */
async function found<T>(look: () => Promise<T>): Promise<Found<T>> {
  try {
    return { value: await look(), problem: null };
  } catch (error) {
    const { title, message } = explain(asPiKeepError(error));
    return { value: null, problem: `${title}. ${message}` };
  }
}

function disksFacts({ value, problem }: Found<readonly SeenDisk[]>): Facts {
  const cards = value?.filter(({ verdict }) => verdict.offer) ?? [];
  return { total: value?.length ?? 0, cards: cards.length, problem };
}

function disksWords({ value, problem }: Found<readonly SeenDisk[]>): string {
  if (value === null) return problem;
  const cards = value.filter(({ verdict }) => verdict.offer);
  const pis = cards.filter(({ glance }) => glance.pi !== 'no');
  return `${value.length} seen, ${cards.length} of them cards, ${pis.length} of those a Pi’s`;
}

function doorWords({ available, reason }: DoorState): string {
  return `${available ? 'there' : 'not there'}: ${reason}`;
}

function volumeFacts({ maxFileBytes, ...volume }: VolumeFacts): Facts {
  return { ...volume, maxFileBytes: Number.isFinite(maxFileBytes) ? maxFileBytes : null };
}

function volumeWords(volume: VolumeFacts): string {
  const { fileSystem, mountPoint, freeBytes, keepsHoles, maxFileBytes, readOnly, network } = volume;
  return [
    `${fileSystem} at ${mountPoint}, ${formatBytes(freeBytes)} free`,
    keepsHoles ? 'stores only what is used' : 'stores every byte of a card',
    ...(Number.isFinite(maxFileBytes) ? [`files up to ${formatBytes(maxFileBytes)}`] : []),
    ...(readOnly ? ['read-only'] : []),
    ...(network ? ['on the network'] : []),
  ].join(', ');
}

function hint(leftovers: number, cleared: number): string[] {
  if (leftovers === 0) return [];
  if (cleared > 0) return ['', `Removed ${cleared === 1 ? 'it' : `these ${cleared}`}.`];
  return [
    '',
    'They are what unfinished backups left; “pikeep doctor --clear-leftovers” removes them.',
  ];
}
