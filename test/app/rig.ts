/** What the tests of the running app share: one build a run, one Chromium a file, apps that are ended after each test, cards. */

import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import { builtApp } from '../support/electron/built-app.ts';
import { type SharedChromium, startChromium } from '../support/electron/chromium.ts';
import { buildHook, runInElectron } from '../support/electron/real-app.ts';
import { type RunningApp, runApp } from '../support/electron/run-app.ts';
import type { World } from '../support/electron/world.ts';
import { enlargeCard } from '../support/large-card.ts';
import { needsTools } from '../support/tools.ts';

/** The program of a real Electron to run the app in, as `npm run test:electron` names it; else it runs on the stand-in. */
const electron = process.env['PIKEEP_TEST_ELECTRON'];
export const inElectron = electron !== undefined;

export const withoutChromium = !inElectron && needsTools('chromium');

/** Where pictures of what was seen are kept, to be looked at. */
export const pictures = join(import.meta.dirname, '../../test-results/app');

/** To be called at the top of a test file. */
export function appRig(): (env?: Record<string, string>) => Promise<RunningApp> {
  let chromium: SharedChromium | null = null;
  let running: RunningApp[] = [];
  beforeAll(async () => {
    if (withoutChromium) return;
    await mkdir(pictures, { recursive: true });
    if (inElectron) await buildHook(builtApp());
    else chromium = await startChromium();
  }, 120_000);
  afterAll(async () => {
    await chromium?.close();
  });
  afterEach(async () => {
    for (const app of running) await app.close();
    running = [];
  });
  return async (env = {}) => {
    const app = await open(chromium, env);
    running.push(app);
    return app;
  };
}

function open(
  chromium: SharedChromium | null,
  env: Readonly<Record<string, string>>,
): Promise<RunningApp> {
  const app = builtApp();
  if (electron !== undefined) return runInElectron(electron, app, env);
  if (!chromium) throw new Error('Chromium was not started');
  return runApp({ app, chromium, env });
}

/** Puts a sample card into the slot in one move. `bytes` makes it larger: what is past the sample reads as zeros. */
export async function insertCard(app: RunningApp, name: string, bytes?: number): Promise<void> {
  const outside = join(app.slot, '..', name);
  await writeSampleCard(outside);
  if (bytes !== undefined) await enlargeCard(outside, bytes);
  await rename(outside, join(app.slot, name));
}

export const GIB = 1024 ** 3;

/** The full window, as the test sees it; the panel is always the first. */
export function fullWindow({ windows }: World): World['windows'][number] | undefined {
  return windows.find(({ url }) => url.includes('?window'));
}

export const isOpen = ({ windows }: World): boolean => windows[0]?.visible === true;
export const isClosed = ({ windows }: World): boolean => windows[0]?.visible === false;

export function showsIcon(icon: string | RegExp): (world: World) => boolean {
  const pattern = icon instanceof RegExp ? icon : new RegExp(`^${icon}Template`);
  return ({ tray }) => pattern.test(tray?.icon ?? '');
}
