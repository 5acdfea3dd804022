/** PiKeep's built app in a real Electron, told and asked the same as on the stand-in (`in-electron.ts`). */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { endProcess } from '../end-process.ts';
import type { BuiltApp } from './built-app.ts';
import { follow, type RunningApp } from './run-app.ts';

const HOOK = 'in-electron.cjs';

/** Beside the app that it is loaded into. */
export async function buildHook({ folder }: BuiltApp): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(import.meta.dirname, 'in-electron.ts'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      rolldownOptions: {
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: HOOK, codeSplitting: false },
      },
    },
  });
}

/** `program` is Electron's own. */
export async function runInElectron(
  program: string,
  app: BuiltApp,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-electron-'));
  const places = { home: join(folder, 'home'), slot: join(folder, 'slot') };
  await mkdir(places.home);
  await mkdir(places.slot);
  const { ELECTRON_RUN_AS_NODE: _, ...own } = process.env;
  const args = [
    '--remote-debugging-port=0',
    `--user-data-dir=${join(places.home, '.config/PiKeep')}`,
    // Electron's own sandbox for pages stays on; Linux's helper for it is missing where Electron was only unpacked.
    ...(process.platform === 'linux' ? ['--no-sandbox'] : []),
    ...['-r', join(app.folder, HOOK), join(app.folder, 'dist/app/main.js')],
    ...['--slot', places.slot],
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: { ...own, HOME: places.home, XDG_CONFIG_HOME: join(places.home, '.config'), ...env },
  });
  try {
    const browser = await chromium.connectOverCDP(await debuggingAddress(child));
    const pages = () => browser.contexts().flatMap((context) => context.pages());
    return follow({
      ...{ child, library: join(places.home, 'PiKeep'), slot: places.slot },
      panel: 'pikeep://panel/',
      // Chromium says much of its own; what PiKeep has to say begins with its name (src/app/report.ts).
      isComplaint: (line) => line.startsWith('PiKeep: '),
      async pageAt(part) {
        const deadline = Date.now() + 20_000;
        while (Date.now() < deadline) {
          const page = pages().find((one) => one.url().includes(part));
          if (page) return page;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`no page at ${part}`);
      },
      async close() {
        await browser.close();
        await endProcess(child);
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    });
  } catch (error) {
    await endProcess(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/** Chromium says it on its standard error: "DevTools listening on ws://127.0.0.1:…". */
function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const deadline = setTimeout(() => reject(new Error(`Electron did not start: ${said}`)), 60_000);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`Electron ended (${code}): ${said}`)));
    child.stderr?.on('data', (data: Buffer) => {
      said += data.toString();
      const [, address] = said.match(/DevTools listening on (ws:\/\/127\.0\.0\.1:\d+\/\S+)/) ?? [];
      if (address === undefined) return;
      clearTimeout(deadline);
      resolve(address);
    });
  });
}
