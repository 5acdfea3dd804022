/** The page of the settings when several things are chosen faster than the desk answers. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { SlotRig } from '../desk/slot-rig.ts';
import { needsTools } from '../support/tools.ts';
import { framesDrawn } from './frames-drawn.ts';
import { slotInChromium } from './slot-in-chromium.ts';

describe.skipIf(needsTools('chromium'))(
  'settings chosen one after the other',
  { timeout: 90_000 },
  () => {
    let rig: SlotRig;
    let page: Page;
    slotInChromium(async (shown) => {
      ({ rig, page } = shown);
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByLabel('Kind of image').waitFor();
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
      // The answer is drawn with the first of them, and what follows from it with the next.
      await framesDrawn(page);
      await framesDrawn(page);
      expect([await eject.isChecked(), await others.isChecked()]).toEqual([true, true]);
      carriedOut.resolve();
      await page.getByRole('alert').getByText('Not now.').waitFor();
      await expect.poll(() => others.isChecked()).toBe(false);
      expect(await eject.isChecked()).toBe(true);
      await expect.poll(saved).toMatchObject({ format: 'img.zst', ejectWhenDone: true });
    });
  },
);
