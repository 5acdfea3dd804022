/** One Chromium that the test and the app on the stand-in look at together, through its debugging port on 127.0.0.1. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { endProcess } from '../end-process.ts';
import { findTool } from '../tools.ts';

export interface SharedChromium {
  /** For STAND_IN_CHROMIUM. */
  readonly address: string;
  /** The page whose address contains this; waits for it. */
  pageAt(part: string): Promise<Page>;
  /** Closes what an app has left behind. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

const FLAGS = [
  '--headless',
  // Chromium's own sandbox does not run as root; the pages are our own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--no-first-run',
  '--remote-debugging-port=0',
];

export async function startChromium(): Promise<SharedChromium> {
  const program = findTool('chromium');
  if (program === null) throw new Error('Chromium is not installed');
  const profile = await mkdtemp(join(tmpdir(), 'pikeep-chromium-'));
  // In a group of its own, so that all its processes can be ended together.
  const args = [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  const stop = async () => {
    await endProcess(child, { group: true });
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = `http://127.0.0.1:${await debuggingPort(child, profile)}`;
    const browser = await chromium.connectOverCDP(address);
    return {
      address,
      async pageAt(part) {
        const deadline = Date.now() + 10_000;
        while (Date.now() < deadline) {
          const page = pagesOf(browser).find((one) => one.url().includes(part));
          if (page) return page;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const addresses = pagesOf(browser).map((page) => page.url());
        throw new Error(`no page at ${part} among ${addresses.join(', ')}`);
      },
      async closePages() {
        const left = pagesOf(browser).filter((page) => page.url() !== 'about:blank');
        await Promise.all(left.map((page) => page.close()));
      },
      async close() {
        await browser.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function pagesOf(browser: Browser): Page[] {
  return browser.contexts().flatMap((context) => context.pages());
}

/** Chromium writes the port it has chosen into its profile. */
async function debuggingPort(child: ChildProcess, profile: string): Promise<string> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const file = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '');
    const [port, path] = file.split('\n');
    if (port && path) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('Chromium did not start');
}
