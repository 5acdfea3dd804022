import { execFileSync } from 'node:child_process';
import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { writeSampleCard } from '../../scripts/sample-card.ts';
import type { RunningApp } from '../support/electron/run-app.ts';
import type { World } from '../support/electron/world.ts';
import { needsTools } from '../support/tools.ts';
import { appRig, pictures, showsIcon } from './rig.ts';

const start = appRig();
const noWorker = ({ workers }: World): boolean => workers.length === 0;

/** Where the FAT of the sample card begins. */
const BOOT = 16_384 * 512;
/** A square of one grey point. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCAn5KYfQAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(needsTools('chromium', 'mcopy'))('the library from the menu bar', () => {
  /** A card with one more picture on it is put in and backed up, and taken out again. */
  async function backUp(app: RunningApp, page: Page, picture: string): Promise<void> {
    const outside = join(app.slot, '..', 'card.img');
    const kept = join(app.slot, '..', 'kept.img');
    await copyFile(kept, outside).catch(() => writeSampleCard(outside));
    const file = join(app.slot, '..', picture);
    await writeFile(file, PNG);
    execFileSync('mcopy', ['-i', `${outside}@@${BOOT}`, file, '::/']);
    await copyFile(outside, kept);
    await rename(outside, join(app.slot, 'octopi.img'));
    await page.getByRole('button', { name: 'Back up this Pi card' }).click();
    await app.until('the backup is done', showsIcon('done'), 60);
    await rm(join(app.slot, 'octopi.img'));
    await page.getByRole('button', { name: /^Dismiss/ }).click();
    await app.until('the card is gone', showsIcon('idle'), 60);
  }

  it('answers every page, and looks for nothing any more once a question is dropped or its page is loaded again', async () => {
    const app = await start();
    const page = await app.page();
    page.setDefaultTimeout(60_000);
    await app.doing('click tray');
    await backUp(app, page, 'one.png');
    await backUp(app, page, 'two.png');

    await page.getByRole('button', { name: 'Library', exact: true }).click();
    const pis = page.getByRole('list', { name: 'Pis' }).getByRole('button');
    await pis.first().waitFor();
    expect(await pis.allTextContents()).toEqual([expect.stringContaining('octopi')]);
    await page.getByRole('searchbox').fill('no such Pi');
    await page.getByText('Nothing is called “no such Pi”.').waitFor();
    await page.getByRole('searchbox').fill('octo');
    await pis.first().click();
    const backups = page.getByRole('list', { name: 'Backups' }).getByRole('button');
    await backups.first().waitFor();
    expect(await backups.count()).toBe(2);
    await backups.first().click();
    await page.getByText('It was proven when it was made, and not checked since.').waitFor();

    await page.getByRole('button', { name: 'Browse files' }).click();
    await page.getByRole('button', { name: /boot/i }).first().click();
    await page.getByRole('option', { name: /two\.png/ }).dblclick();
    const picture = page.getByRole('img', { name: /two\.png/ });
    await picture.waitFor();
    // Drawn, not only handed over.
    const width = "document.querySelector('.quick-look img').naturalWidth";
    await expect.poll(() => page.evaluate(width)).toBe(1);
    await page.screenshot({ path: join(pictures, 'library-picture.png') });
    await page.keyboard.press('Escape');
    await page.getByRole('option', { name: /config\.txt/ }).dblclick();
    await page.getByRole('region', { name: 'Content' }).waitFor();
    await page.keyboard.press('Escape');

    await page.locator('button.back').click();
    await page.getByRole('button', { name: 'Compare…' }).click();
    await page.getByText('1 change shown.').waitFor();
    expect(await page.getByText('two.png').count()).toBeGreaterThan(0);
    // The newest good one would stay whatever is chosen.
    await page.locator('button.back').click();
    await page.locator('button.back').click();
    await backups.nth(1).click();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('region', { name: 'Goes', exact: true }).waitFor();
    await page.screenshot({ path: join(pictures, 'library-goes.png') });
    await page.locator('button.back').click();

    /** A question that would never be answered: its worker does not even begin. */
    const askForFiles = async (): Promise<void> => {
      await app.doing('hold workers back');
      await page.getByRole('button', { name: 'Browse files' }).click();
      await app.until('a worker has started', ({ workers }) => workers.length === 1, 60);
    };

    await app.until('no worker is left', noWorker, 60);
    await askForFiles();
    await page.locator('button.back').click();
    await app.until('nobody looks any more', noWorker, 60);

    await askForFiles();
    await app.doing('reload page');
    await app.until('nobody looks for the page before', noWorker, 60);
    await app.doing('let worker go on');
    await page.getByRole('button', { name: 'Library', exact: true }).click();
    await pis.first().click();
    await backups.first().click();
    await page.getByRole('button', { name: 'Browse files' }).click();
    await page.getByRole('listbox').waitFor();
    expect(app.complaints).toBe('');
  }, 300_000);
});
