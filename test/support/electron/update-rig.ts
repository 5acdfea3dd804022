/** Starts the app of `run-updates.ts`, as one that was packaged with a feed, without, or elsewhere. */

import { fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEED_FILE, feedFileOf } from '../../../src/app/updates-feed.ts';
import { endProcess } from '../end-process.ts';
import { eventually } from '../eventually.ts';
import { follow, killIfThere, type RunningApp } from './run-app.ts';

export interface UpdateStart {
  /** The address in the package; null for a package without a feed. */
  readonly feed: string | null;
  readonly certificate?: string;
  /** What the user has said of looking for new versions. */
  readonly looks?: boolean | null;
  /** Whether the pages of the first start were seen. */
  readonly welcomed?: boolean;
  readonly system?: 'darwin' | 'linux';
  readonly program?: string;
  readonly packaged?: boolean;
  /** Whether Electron's network is there at all; without it every use of it throws. */
  readonly network?: boolean;
}

export interface Told {
  readonly is: string | null;
  readonly looks: boolean | null;
  readonly isLoaded: boolean;
  readonly jobs: readonly string[];
}

export interface UpdatingApp extends RunningApp {
  tell(): Promise<Told>;
  untilIs(state: string): Promise<void>;
  /** The menu of the icon as it is now; empty for a line between groups. */
  menu(): Promise<readonly string[]>;
  /** Chooses this line of the menu. */
  choose(label: string): Promise<void>;
  /** The lines of the log. */
  log(): Promise<string>;
}

const inApplications = '/Applications/PiKeep.app/Contents/MacOS/PiKeep';

export async function runUpdates(start: UpdateStart): Promise<UpdatingApp> {
  const {
    feed,
    looks = true,
    welcomed = true,
    system = 'darwin',
    program = inApplications,
  } = start;
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-updates-'));
  const home = join(folder, 'home');
  const slot = join(folder, 'slot');
  for (const name of [home, slot, join(folder, 'resources')]) await mkdir(name);
  if (feed !== null) await writeFile(join(folder, 'resources', FEED_FILE), feedFileOf(feed));
  const settings = { welcomed, ...(looks === null ? {} : { looksForUpdates: looks }) };
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings));
  const register = start.network === false ? 'register.ts' : 'register-updating.ts';
  const child = fork(join(import.meta.dirname, 'run-updates.ts'), [folder, system, program], {
    execArgv: ['--import', join(import.meta.dirname, register)],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_CACHE_HOME: join(home, '.cache'),
      STAND_IN_PACKAGED: start.packaged === false ? '0' : '1',
      STAND_IN_VERSION: '1.0.0',
      ...(start.certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: start.certificate }),
    },
  });
  const app = follow({
    ...{ child, slot, library: join(home, 'PiKeep') },
    panel: '',
    // electron-updater asks it whether this is a Mac with an Apple processor.
    isComplaint: (line) => !line.startsWith('sysctl: '),
    pageAt: () => Promise.reject(new Error('there is no page')),
    async close() {
      await endProcess(child);
      for (const pid of app.workers) killIfThere(pid);
      await rm(folder, { recursive: true, force: true });
    },
  });
  const tell = () => app.doing('tell of updates') as Promise<Told>;
  const menu = async () => {
    const before = app.world.menus.length;
    await app.doing('right-click tray');
    const { menus } = await app.until('the menu is there', (world) => world.menus.length > before);
    return menus.at(-1)?.map(({ label }) => label) ?? [];
  };
  await app.until('the icon is there', ({ tray }) => tray !== null, 60);
  return Object.defineProperties(app as UpdatingApp, {
    tell: { value: tell },
    untilIs: {
      value: (state: string) =>
        eventually(`the update is ${state}`, async () => (await tell()).is === state, 30_000),
    },
    menu: { value: menu },
    choose: {
      value: async (label: string) => {
        await menu();
        await app.doing('choose', label);
      },
    },
    log: {
      value: () => readFile(join(home, 'state/log/pikeep.log'), 'utf8').catch(() => ''),
    },
  });
}
