/** Builds what the tests run as it ships: the page and the single executable, where they are not up to date, and the app. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const dist = resolve(import.meta.dirname, '../dist');
const LOCK_LIMIT_MS = 180_000;

/** `neededBy` is matched with the file filters of a run; a run without filters needs everything. */
const products = [
  {
    neededBy: /panel|app|cli|slow/,
    build: async () => (await import('../scripts/build-panel.ts')).buildPanel(),
  },
  {
    neededBy: /helper|app|cli|package|slow/,
    build: async () => (await import('../scripts/build-helper.ts')).buildHelper(),
  },
];

/** The app is never taken from dist: a build for another run would change it under the tests. */
const app = {
  neededBy: /app/,
  build: async () => (await import('./support/electron/built-app.ts')).buildForRun(),
};

/** Resolves with what takes down what was set up. */
export async function setup(): Promise<() => Promise<void>> {
  const filters = process.argv
    .slice(2)
    .filter((argument) => /(^|\/)test\//.test(argument) && !argument.endsWith('vitest.config.ts'));
  const isNeeded = ({ neededBy }: { readonly neededBy: RegExp }) =>
    filters.length === 0 || filters.some((filter) => neededBy.test(filter));
  const needed = products.filter(isNeeded);
  if (needed.length > 0) {
    await withLock(async () => {
      for (const { build } of needed) await build();
    });
  }
  return isNeeded(app) ? app.build() : async () => undefined;
}

/** Two test runs in one checkout must not build into the same folder at once. */
async function withLock(work: () => Promise<void>): Promise<void> {
  mkdirSync(dist, { recursive: true });
  const lock = join(dist, '.building');
  const deadline = Date.now() + LOCK_LIMIT_MS;
  while (!take(lock)) {
    if (Date.now() > deadline) throw new Error(`${lock} is held by another test run`);
    await delay(100);
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A lock whose owner has gone is removed, to be taken at the next try. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (existsSync(lock) && !isAlive(Number(readFileSync(lock, 'utf8')))) {
      rmSync(lock, { force: true });
    }
    return false;
  }
}

function isAlive(pid: number): boolean {
  // The owner writes its number right after it made the file.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
