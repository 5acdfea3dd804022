/** The page and the desk behind it with a real card and a real backup: what is shown of them comes through the language. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPanel } from '../../scripts/build-panel.ts';
import { languageNames } from '../../src/language/languages.ts';
import { useEnglish, useMarkedEnglish } from '../../src/language/use-language.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { needsTools } from '../support/tools.ts';
import { launchChromium } from './chromium.ts';
import { languageAtHand, unmarkedTexts } from './marked-page.ts';
import { type ShownDesk, showDesk } from './page-rig.ts';

/** What stands on the card and in the folder: names, and nothing that PiKeep says. */
const names = [
  'octopi',
  'octopi.img',
  'bootfs',
  'rootfs',
  'FAT',
  'FAT32',
  'ext',
  'Linux',
  'Raspberry Pi OS 13 (trixie)',
  '~/PiKeep/octopi',
  '~/PiKeep',
  ...Object.values(languageNames),
];

describe.skipIf(needsTools('chromium'))('in marked English', { timeout: 240_000 }, () => {
  let browser: Browser;
  let folder: string;
  let rig: SlotRig;
  let opened: ShownDesk;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-marked-'));
    await buildPanel(folder, [languageAtHand]);
    browser = await launchChromium();
    rig = await SlotRig.start();
    opened = await showDesk(browser, rig.desk, { assets: folder });
    opened.page.setDefaultTimeout(25_000);
  }, 240_000);
  afterAll(async () => {
    useEnglish();
    await opened?.close();
    await rig?.end();
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('every text is said that a card, its backup, its files and its restore bring along', async () => {
    const { page } = opened;
    const found: Record<string, string[]> = {};
    const look = async (name: string): Promise<void> => {
      const images = rig.desk.snapshot.backups.map((backup) => backup.name);
      const texts = await unmarkedTexts(page, [...names, ...images]);
      if (texts.length > 0) found[name] = [...new Set(texts)];
    };
    const press = (name: RegExp) => page.getByRole('button', { name }).first().click();
    await page.evaluate(() => window.speakMarkedEnglish());
    useMarkedEnglish();
    const disk = await rig.insert('octopi.img');
    await press(/Back up this Pi card/);
    await look('at once');
    const { job } = await rig.job('done');
    // The name of the file is known from here on; the job is done before the library has been looked through.
    await rig.until(({ backups }) => backups.length === 1);
    await page.getByText(/Backed up and proven/).waitFor();
    await look('backed up');
    await rig.desk.command({ command: 'dismiss', job });
    await page.getByRole('button', { name: /Back up this Pi card/ }).waitFor();
    await look('the card of a Pi that is known');
    await press(/Restore a backup/);
    await page.getByRole('radio').first().check();
    await page.getByRole('button', { name: /Continue/, disabled: false }).click();
    await page.getByRole('heading', { name: /Overwrite/ }).waitFor();
    await look('the question of a restore');
    await rig.desk.command({ command: 'restore-close' });
    await page.locator('[data-id=library]').click();
    await page.locator('[data-id^="pi "]').first().click();
    await page.locator('[data-id^="backup "]').first().waitFor();
    await look('a Pi');
    await page.locator('[data-id^="backup "]').first().click();
    await page.getByRole('region', { name: /Verdict/ }).waitFor();
    await press(/Check it now/);
    await page
      .getByText(/Checked/)
      .first()
      .waitFor();
    await look('a report');
    await page.locator('[data-id=browse]').click();
    await page.getByRole('option').first().waitFor();
    await look('files');
    await page.reload();
    await page.evaluate(() => window.speakMarkedEnglish());
    await page.locator('[data-id=settings]').click();
    await page.getByText(/Kind of image/).waitFor();
    await look('settings');
    expect(disk.kind).toBe('pi');
    expect(found).toEqual({});
  });
});
