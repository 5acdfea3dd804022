/** Looks at a finished app from outside and says what is not as it should be. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'plist';
import { FEED_FILE, feedFileOf } from '../../src/app/updates-feed.ts';
import { localOnly } from './after-pack.ts';
import { readArchive } from './archive.ts';
import { updating, usageDescriptions } from './configuration.ts';
import { readFuses } from './fuse-wire.ts';
import { fuses } from './fuses.ts';
import { type Architecture, readMachO } from './mach-o.ts';
import { APP_ID, MINIMUM_MACOS } from './places.ts';
import { listFiles } from './stage.ts';

export interface Expected {
  readonly architecture: Architecture;
  /** What was staged. */
  readonly files: readonly string[];
  /** The feed of this architecture; null for a package without. */
  readonly feed: string | null;
}

const FRAMEWORK = 'Contents/Frameworks/Electron Framework.framework/Electron Framework';

/** Every complaint in a line of its own; none for an app that is right. */
export async function inspectApp(app: string, expected: Expected): Promise<readonly string[]> {
  const present = await listFiles(app);
  return [
    ...(await problemsOfPrograms(app, present, expected.architecture)),
    ...(await problemsOfArchive(app, present, expected.files)),
    ...(await problemsOfInfo(app, expected.feed !== null)),
    ...(await problemsOfFeed(app, expected.feed)),
    ...(await problemsOfFuses(app)),
    ...problemsOfNames(present),
  ];
}

async function problemsOfPrograms(app: string, files: readonly string[], wanted: Architecture) {
  const problems: string[] = [];
  const programs = new Set<string>();
  for (const file of files) {
    const program = await readMachO(join(app, file));
    if (!program) continue;
    programs.add(file);
    if (program.architectures.join() !== wanted) {
      problems.push(
        `${file} is for ${program.architectures.join(' and ')}, not for ${wanted} alone`,
      );
    }
  }
  for (const file of ['Contents/MacOS/PiKeep', 'Contents/Helpers/pikeep']) {
    if (!programs.has(file)) problems.push(`${file} is no program of macOS`);
    else if (((await stat(join(app, file))).mode & 0o111) === 0)
      problems.push(`${file} cannot be run`);
  }
  if (![...programs].some((file) => file.endsWith('.node')))
    problems.push('koffi has no native code');
  return problems;
}

async function problemsOfArchive(
  app: string,
  present: readonly string[],
  staged: readonly string[],
) {
  const folder = 'Contents/Resources';
  const { files, tableSha256 } = await readArchive(join(app, folder, 'app.asar'));
  const beside = new Set(
    present
      .filter((file) => file.startsWith(`${folder}/app.asar.unpacked/`))
      .map((file) => file.slice(`${folder}/app.asar.unpacked/`.length)),
  );
  const info = await infoOf(app);
  const hash = info['ElectronAsarIntegrity']?.['Resources/app.asar']?.hash;
  return [
    ...staged.filter((file) => !files.has(file)).map((file) => `${file} is not in the archive`),
    ...[...files.keys()]
      .filter((file) => !staged.includes(file))
      .map((file) => `${file} is too much`),
    ...[...files]
      .filter(([file, { unpacked }]) => unpacked !== beside.has(file))
      .map(([file]) => `${file} is not where the archive says`),
    ...staged
      .filter((file) => file.endsWith('.node') && !beside.has(file))
      .map((file) => `${file} lies in the archive, where the system cannot load it`),
    ...(hash === tableSha256 ? [] : ['Info.plist has another checksum of the archive']),
  ];
}

interface Info {
  readonly [key: string]:
    | string
    | boolean
    | { readonly [file: string]: { readonly hash?: string } | boolean };
}

async function infoOf(app: string): Promise<Record<string, Record<string, { hash?: string }>>> {
  return parse(await readFile(join(app, 'Contents/Info.plist'), 'utf8')) as never;
}

async function problemsOfInfo(app: string, hasFeed: boolean): Promise<readonly string[]> {
  const info: Info = await infoOf(app);
  const wanted: Info = {
    CFBundleIdentifier: APP_ID,
    CFBundleExecutable: 'PiKeep',
    LSUIElement: true,
    LSMinimumSystemVersion: MINIMUM_MACOS,
    ...usageDescriptions,
    ...(hasFeed ? { ...updating, NSAppTransportSecurity: localOnly } : {}),
  };
  const unwanted = (key: string) =>
    /^(NS(AppTransportSecurity|.*UsageDescription)|ElectronSquirrel.*)$/.test(key) &&
    !(key in wanted);
  return [
    ...Object.entries(wanted)
      .filter(([key, value]) => !isDeepStrictEqual(info[key], value))
      .map(([key]) => `Info.plist: ${key} is ${JSON.stringify(info[key])}`),
    ...Object.keys(info)
      .filter(unwanted)
      .map((key) => `Info.plist: ${key} is too much`),
  ];
}

/** Whether it asks for newer versions where it was told to, or nowhere. */
async function problemsOfFeed(app: string, feed: string | null): Promise<readonly string[]> {
  const file = join(app, 'Contents/Resources', FEED_FILE);
  const text = await readFile(file, 'utf8').catch(() => null);
  const wanted = feed === null ? null : feedFileOf(feed);
  return text === wanted ? [] : [`${FEED_FILE} is ${JSON.stringify(text)}`];
}

async function problemsOfFuses(app: string): Promise<readonly string[]> {
  const read = await readFuses(join(app, FRAMEWORK));
  return Object.entries(fuses)
    .filter(([name, on]) => read[name as keyof typeof fuses] !== on)
    .map(([name]) => `the fuse ${name} is ${fuses[name as keyof typeof fuses] ? 'off' : 'on'}`);
}

/** Volumes of macOS usually take capital and small letters for one. */
function problemsOfNames(files: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  return files.flatMap((file) => {
    const other = seen.get(file.toLowerCase());
    seen.set(file.toLowerCase(), file);
    return other === undefined ? [] : [`${other} and ${file} have one name`];
  });
}
