/** The page of the settings when several things are chosen faster than the desk answers. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SlotRig } from '../desk/slot-rig.ts';
import { needsTools } from '../support/tools.ts';
import { launchChromium } from './chromium.ts';
import { type ShownDesk, showDesk } from './page-rig.ts';

describe.skipIf(needsTools('chromium'))(
  'settings chosen one after the other',
  { timeout: 90_000 },
  () => {
    let browser: Browser;
    let rig: SlotRig;
    let opened: ShownDesk;
    let page: Page;

    beforeAll(async () => {
      browser = await launchChromium();
    }, 120_000);
    afterAll(() => browser?.close());
    beforeEach(async () => {
      rig = await SlotRig.startWith({});
      opened = await showDesk(browser, rig.desk);
      page = opened.page;
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByLabel('Kind of image').waitFor();
    });
    afterEach(async () => {
      await opened?.close();
      await rig?.end();
    });

    async function saved(): Promise<Record<string, unknown>> {
      return JSON.parse(await readFile(join(rig.folder, 'settings.json'), 'utf8'));
    }

    it('keeps what was chosen when an older answer comes in late, takes back what is refused, and says so', async () => {
      const answered = Promise.withResolvers<void>();
      const late = Promise.withResolvers<void>();
      const carriedOut = Promise.withResolvers<void>();
      await page.route('**/ask', async (route) => {
        const response = await route.fetch();
        answered.resolve();
        await late.promise;
        await route.fulfill({ response });
      });
      await page.getByLabel('Kind of image').selectOption('Packed well (.img.zst)');
      // The desk knows of the first choice, and not of the next two.
      await answered.promise;
      await page.route('**/command', async (route) => {
        await carriedOut.promise;
        if (!/showOtherExternal/.test(route.request().postData() ?? '')) return route.continue();
        const problem = { code: 'USAGE', title: 'Not now', message: 'Not now.', next: '' };
        return route.fulfill({ json: { ok: false, problem } });
      });
      const eject = page.getByLabel('Eject the card when done');
      const others = page.getByLabel('Show other external disks');
      await eject.check();
      await others.check();
      const heard = page.waitForResponse('**/ask');
      late.resolve();
      await (await heard).finished();
      const drawn = () =>
        page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
      await drawn();
      await drawn();
      expect([await eject.isChecked(), await others.isChecked()]).toEqual([true, true]);
      carriedOut.resolve();
      await page.getByRole('alert').getByText('Not now.').waitFor();
      await expect.poll(() => others.isChecked()).toBe(false);
      expect(await eject.isChecked()).toBe(true);
      await expect.poll(saved).toMatchObject({ format: 'img.zst', ejectWhenDone: true });
    });
  },
);
