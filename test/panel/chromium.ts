/** The real page in a real browser: the system's Chromium, steered by playwright-core. */

import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type Result } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findTool } from '../support/tools.ts';

/** Git-ignored. */
const pictures = resolve(import.meta.dirname, '../../test-results/panel');

/** The size of the popover, in CSS pixels. */
export const viewport = { width: 360, height: 520 };

const macAgent =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** `more`: further switches of Chromium. Throws where there is none. */
export async function launchChromium(...more: readonly string[]): Promise<Browser> {
  const executablePath = findTool('chromium');
  if (executablePath === null) throw new Error('no program called chromium is installed');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...more,
    ],
  });
}

export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about: uncaught errors, console errors, violations of its own policy. */
  readonly complaints: string[];
  /** For `servePanel`: opens a local file, as the user's browser would. */
  readonly openFile: (file: string) => Promise<void>;
}

export async function openPage(
  browser: Browser,
  options: { mac?: boolean; dark?: boolean } = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport,
    deviceScaleFactor: 2,
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    ...(options.mac ? { userAgent: macAgent } : {}),
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  const openFile = async (file: string): Promise<void> => {
    await page.goto(pathToFileURL(file).href);
    await page.getByRole('heading', { name: 'PiKeep', level: 1 }).waitFor();
  };
  return { page, context, complaints, openFile };
}

/** Rules of WCAG that the page breaks, each with the elements it is about. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so the page's policy against foreign scripts stays as it is.
  await page.evaluate(axe.source);
  const broken = await page.evaluate<Result[]>('axe.run(document).then((all) => all.violations)');
  return broken.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`,
  );
}

/** To be looked at, in `test-results/panel`. `whole`: what lies below the window's edge, too. */
export async function takePicture(
  page: Page,
  name: string,
  { whole = false }: { whole?: boolean } = {},
): Promise<void> {
  if (process.env['PIKEEP_PICTURES'] === '0') return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: resolve(pictures, `${name}.png`), fullPage: whole });
}
