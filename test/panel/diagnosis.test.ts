import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../src/platform/diagnose.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { openLog } from '../../src/platform/log.ts';
import { recordedRun } from '../../src/worker/recorded-run.ts';
import { runTask } from '../../src/worker/run-task.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { patience } from '../support/patience.ts';
import { someSettings } from '../support/settings.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, launchChromium, takePicture } from './chromium.ts';
import { type ShownDesk, showDesk } from './page-rig.ts';

describe.skipIf(needsTools('chromium'))('the report in the panel', { timeout: 90_000 }, () => {
  let folder: string;
  let browser: Browser;
  let rig: SlotRig;
  let opened: ShownDesk;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-report-'));
    const log = openLog({ folder });
    const platform = await createPlatform({ slot: join(folder, 'empty') });
    const settings = someSettings({ library: folder });
    rig = await SlotRig.startWith(
      {
        runTask: recordedRun(runTask, log),
        diagnose: () =>
          writeReport({
            ...{ platform, settings: () => settings, version: '0.1.0', program: 'panel' },
            ...{ allowDiskImage: false, folder, mark: log.mark },
          }),
      },
      'octopi.img',
    );
    browser = await launchChromium();
    opened = await showDesk(browser, rig.desk);
  }, 90_000);

  afterAll(async () => {
    await opened?.close();
    await browser?.close();
    await rig?.end();
    await rm(folder, { recursive: true, force: true });
  });

  it('is read before it is copied, from where something failed and by keyboard', async () => {
    const { page, context } = opened;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const card = await rig.card('octopi.img');
    await rig.pull('octopi.img');
    await rig.backUp(card);
    await rig.job('failed');
    await page.getByRole('button', { name: 'Copy report…' }).focus(patience);
    await page.keyboard.press('Enter');
    const report = page.getByRole('region', { name: 'The report' });
    await report.getByText('# PiKeep report').waitFor(patience);
    const shown = (await report.locator('pre').textContent()) ?? '';
    expect(shown).toMatch(/backup: failed, [A-Z_]+/);
    for (const secret of ['octopi', folder, rig.folder]) expect(shown).not.toContain(secret);
    await page.getByRole('button', { name: 'Copy report', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Copied. Paste it').waitFor(patience);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown);
  });

  it('is copied where a page has no permission for the clipboard, as in the app', async () => {
    const { page } = opened;
    await page.evaluate(async () => {
      await navigator.clipboard.writeText('something else');
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await page.getByRole('button', { name: 'Write it again' }).click();
    await page.getByRole('button', { name: 'Copy report', exact: true }).click();
    await page.getByText('Copied. Paste it').waitFor(patience);
    const shown = await page
      .getByRole('region', { name: 'The report' })
      .locator('pre')
      .textContent();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.trimEnd()).toBe(shown?.trimEnd());
  });

  it('has no accessibility problem and fits its window, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await opened.page.emulateMedia({ colorScheme });
      expect(await accessibilityProblems(opened.page)).toEqual([]);
      const overflow = await opened.page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      await takePicture(opened.page, `diagnosis ${colorScheme}`);
    }
    expect(opened.complaints).toEqual([]);
  });

  it('is one step from the list of cards, and back', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Cards' }).click();
    await page.getByRole('button', { name: 'Help · 0.1.0' }).click();
    await page.getByRole('heading', { name: 'Help' }).waitFor(patience);
  });
});
