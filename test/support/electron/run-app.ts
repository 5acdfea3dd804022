/** Runs PiKeep's built app in a process of its own on the stand-in for Electron, with its windows in a real Chromium. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { endProcess } from '../end-process.ts';
import type { BuiltApp } from './built-app.ts';
import type { SharedChromium } from './chromium.ts';
import type { World } from './world.ts';

export interface RunningApp {
  /** What a user sees of the app at the moment. */
  readonly world: World;
  /** Processes of workers, as far as is known. */
  readonly workers: readonly number[];
  /** Everything the app has written to its standard error. */
  readonly complaints: string;
  readonly library: string;
  readonly slot: string;
  /** Resolves when the condition holds; throws with the world as it is when it does not in time. */
  until(what: string, condition: (world: World) => boolean, seconds?: number): Promise<World>;
  /** Calls back with every state from now on. */
  onWorld(listener: (world: World) => void): void;
  /** Does what a user or the system does; see the `onDeed` calls of the stand-in. */
  doing(deed: string, ...args: unknown[]): Promise<unknown>;
  /** The panel's page, in the test's own connection to the same Chromium. */
  page(): Promise<Page>;
  /** The page whose address contains this. */
  pageAt(part: string): Promise<Page>;
  /** Resolves with the exit code once the app has ended by itself. */
  readonly ended: Promise<number | null>;
  close(): Promise<void>;
}

export interface RunAppOptions {
  readonly app: BuiltApp;
  readonly env?: Readonly<Record<string, string>>;
  readonly chromium: SharedChromium;
}

export async function runApp({ app, chromium, env = {} }: RunAppOptions): Promise<RunningApp> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-app-'));
  const places = { home: join(folder, 'home'), slot: join(folder, 'slot') };
  await mkdir(places.home);
  await mkdir(places.slot);
  const library = join(places.home, 'PiKeep');
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const child = fork(join(app.folder, 'dist/app/main.js'), ['--slot', places.slot], {
    execArgv: ['--import', join(import.meta.dirname, 'register.ts')],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: {
      ...process.env,
      HOME: places.home,
      XDG_CONFIG_HOME: join(places.home, '.config'),
      STAND_IN_CHROMIUM: chromium.address,
      ...env,
    },
  });
  const close = async () => {
    await endProcess(child);
    // One that is held back outlives an app that had to be killed.
    for (const pid of running.workers) killIfThere(pid);
    await chromium.closePages();
    await removeFolder();
  };
  const running = follow({
    ...{ child, library, slot: places.slot, close },
    panel: '.stand-in.invalid',
    isComplaint: () => true,
    pageAt: (part) => chromium.pageAt(part),
  });
  return running;
}

export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

interface Followed {
  readonly child: ChildProcess;
  readonly library: string;
  readonly slot: string;
  /** What the address of the panel's page contains. */
  readonly panel: string;
  /** Whether a line of the standard error is the app's own. */
  isComplaint(line: string): boolean;
  pageAt(part: string): Promise<Page>;
  close(): Promise<void>;
}

/** The app in that process, which tells of its world as `world.ts` does. */
export function follow(followed: Followed): RunningApp {
  const { child, library, slot, panel, isComplaint, pageAt, close } = followed;
  let world: World | null = null;
  let complaints = '';
  let calls = 0;
  const waiting = new Set<() => void>();
  const answers = new Map<number, { resolve(v: unknown): void; reject(e: Error): void }>();
  child.stderr?.on('data', (data: Buffer) => {
    complaints += data
      .toString()
      .split(/(?<=\n)/)
      .filter(isComplaint)
      .join('');
  });
  child.on(
    'message',
    (message: { world?: World; call?: number; result?: unknown; error?: string }) => {
      if (message.world) {
        world = message.world;
        for (const look of [...waiting]) look();
        return;
      }
      const answer = answers.get(message.call ?? 0);
      if (message.error === undefined) answer?.resolve(message.result);
      else answer?.reject(new Error(message.error));
    },
  );
  const ended = once(child, 'exit').then(([code]) => code as number | null);

  const app: RunningApp = {
    get world() {
      if (!world) throw new Error(`the app has shown nothing yet\n${complaints}`);
      return world;
    },
    get workers() {
      return world?.workers ?? [];
    },
    get complaints() {
      return complaints;
    },
    library,
    slot,
    until(what, condition, seconds = 20) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!world || !condition(world)) return;
          clearTimeout(deadline);
          waiting.delete(look);
          resolve(world);
        };
        const giveUp = (why: string) => {
          clearTimeout(deadline);
          waiting.delete(look);
          const state = JSON.stringify(world, null, 1);
          reject(new Error(`${why} until ${what}\n${state}\n${complaints}`));
        };
        const deadline = setTimeout(() => giveUp('waited in vain'), seconds * 1000);
        void ended.then((code) => giveUp(`the app ended (${code})`));
        waiting.add(look);
        look();
      });
    },
    onWorld(listener) {
      waiting.add(() => world && listener(world));
    },
    doing(deed, ...args) {
      calls += 1;
      const call = calls;
      return new Promise((resolve, reject) => {
        answers.set(call, { resolve, reject });
        child.send({ call, deed, args });
      });
    },
    async page() {
      await app.until('the panel is loaded', ({ windows }) =>
        windows.some((one) => one.url !== ''),
      );
      return pageAt(panel);
    },
    pageAt,
    ended,
    close,
  };
  return app;
}
