/**
 * `npm run pictures`: makes docs/pictures from the running panel, with real cards, backups and a restore's question, in light
 * and dark. Needs Chromium and what `make-card.ts` needs; a few minutes and 4 GB of disk.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../test/panel/chromium.ts';
import { buildPanel } from './build-panel.ts';
import { openPanelPage, type Shot, schemes, shoot, sideBySide } from './pictures/camera.ts';
import { openReader, type Reader, SPARE_CARD } from './pictures/reader.ts';

const folder = resolve(import.meta.dirname, '../docs/pictures');
/** Of all pictures together: they are fetched with every clone. */
const MOST_BYTES = 1_500_000;

/** Offered, being copied, proven. */
async function backup(page: Page, reader: Reader): Promise<Shot[]> {
  await reader.insert('large');
  const start = page.getByRole('button', { name: 'Back up this Pi card' });
  await start.waitFor();
  const offered = await shoot(page);
  await start.click();
  await untilCopied(page, 0.35);
  const copying = await shoot(page);
  await page.getByText('Backed up and proven', { exact: true }).waitFor();
  return [offered, copying, await shoot(page)];
}

/** Waits until more than this share of the card is copied. Throws when it is done before that was seen. */
async function untilCopied(page: Page, share: number): Promise<void> {
  const bar = page.getByRole('progressbar');
  const isDone = page.getByText('Backed up and proven', { exact: true });
  await bar.waitFor();
  for (;;) {
    if ((await isDone.count()) > 0)
      throw new Error('the card was copied before there was a picture');
    const [value, max] = await Promise.all([bar.getAttribute('value'), bar.getAttribute('max')]);
    if (Number(value ?? 0) / Number(max ?? 1) > share) return;
  }
}

/** All Pis, the files of a backup, what a restore asks. */
async function library(page: Page, reader: Reader): Promise<Shot[]> {
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  const pis = page.getByRole('list', { name: 'Pis' });
  await pis.getByRole('button').nth(2).waitFor();
  const all = await shoot(page);
  await pis.getByRole('button', { name: /octopi/ }).click();
  await page.getByRole('list', { name: 'Backups' }).getByRole('button').first().click();
  await page.getByRole('button', { name: 'Browse files' }).click();
  await page.getByRole('option').filter({ hasText: 'etc' }).dblclick();
  await page.getByRole('option').filter({ hasText: 'hostname' }).click();
  const files = await shoot(page);
  await page.getByRole('button', { name: 'Cards', exact: true }).click();
  await reader.insert('spare');
  const weather = page.getByRole('region').filter({ hasText: SPARE_CARD });
  await weather.getByText('Other…', { exact: true }).click();
  await weather.getByText('Restore a backup…').click();
  return [all, files, await question(page)];
}

/** One Pi's backup onto the card of another. */
async function question(page: Page): Promise<Shot> {
  const backups = page.getByRole('combobox');
  const ofPihole = backups.locator('option', { hasText: /^pihole/ });
  // The library is read when the page is opened.
  await ofPihole.waitFor({ state: 'attached' });
  await backups.selectOption((await ofPihole.getAttribute('value')) ?? '');
  await page.getByRole('radio', { name: SPARE_CARD }).check();
  await page.locator('button:enabled', { hasText: 'Continue' }).click();
  await page.getByRole('heading', { name: /^Overwrite / }).waitFor();
  return shoot(page);
}

/** Resolves with the bytes of the pictures. */
async function write(browser: Browser, name: string, shots: readonly Shot[]): Promise<number> {
  let bytes = 0;
  for (const scheme of schemes) {
    const picture = await sideBySide(browser, shots, scheme);
    await writeFile(join(folder, `${name}-${scheme}.png`), picture);
    bytes += picture.length;
  }
  return bytes;
}

async function main(): Promise<void> {
  await buildPanel();
  await mkdir(folder, { recursive: true });
  const browser = await launchChromium();
  try {
    const bytes = await takePictures(browser);
    console.log(`docs/pictures: ${Math.round(bytes / 1000)} kB`);
    if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES / 1000} kB of pictures`);
  } finally {
    await browser.close();
  }
}

async function takePictures(browser: Browser): Promise<number> {
  const reader = await openReader();
  try {
    const page = await openPanelPage(browser);
    await page.goto(pathToFileURL(reader.page).href);
    await page.getByRole('heading', { name: 'PiKeep', level: 1 }).waitFor();
    const first = await write(browser, 'backup', await backup(page, reader));
    return first + (await write(browser, 'library', await library(page, reader)));
  } finally {
    await reader.end();
  }
}

await main();
