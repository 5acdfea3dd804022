/**
 * `node scripts/try-package.ts PiKeep.app`: starts a packaged app as it is, puts a sample card into a slot, presses its button,
 * and waits for the backup that its worker makes.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pressButton } from './package/press-button.ts';
import { writeSampleCard } from './sample-card.ts';

/** Milliseconds. The first start of a package that nobody signed is slow: macOS looks it over. */
const START_MS = 120_000;
const BACKUP_MS = 120_000;
const STEP_MS = 250;

export async function tryPackage(app: string): Promise<string> {
  const folder = await mkdtemp(join(homedir(), '.pikeep-try-'));
  const slot = join(folder, 'slot');
  const library = join(folder, 'library');
  await mkdir(slot);
  const port = await freePort();
  const options = ['--slot', slot, '--library', library, `--remote-debugging-port=${port}`];
  const child = spawn(join(app, 'Contents/MacOS/PiKeep'), options, { stdio: 'inherit' });
  try {
    // Under its name only when it is whole, as a card that is put in is.
    await writeSampleCard(join(folder, 'card.img'));
    await rename(join(folder, 'card.img'), join(slot, 'card.img'));
    const press = async () => (await pressButton(port, 'PiKeep', 'Back up this Pi card')) || null;
    await within(START_MS, 'its button could be pressed', child, press);
    return await within(BACKUP_MS, 'the backup was made', child, () => imageIn(library));
  } finally {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  }
}

/** A backup has its final name when it is proven, and only then. */
async function imageIn(library: string): Promise<string | null> {
  const names = await readdir(library, { recursive: true }).catch(() => []);
  return (
    names.find((name) => name.endsWith('.img') && !/\((incomplete|unverified)\)/.test(name)) ?? null
  );
}

/** Looks again and again. Throws when the app has ended, or time is up. */
async function within<T>(
  limit: number,
  what: string,
  child: ChildProcess,
  look: () => Promise<T | null>,
): Promise<T> {
  const deadline = performance.now() + limit;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The app ended (${child.exitCode ?? child.signalCode}) before ${what}`);
    }
    if (performance.now() > deadline) throw new Error(`${limit} ms went by before ${what}`);
    await delay(STEP_MS);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

if (import.meta.main) {
  const [app] = process.argv.slice(2);
  if (app === undefined) {
    console.error('Usage: node scripts/try-package.ts PiKeep.app');
    process.exitCode = 2;
  } else {
    console.log(`The package works: it made ${await tryPackage(resolve(app))}`);
  }
}
