import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { SlotRig } from '../desk/slot-rig.ts';
import { launchChromium } from './chromium.ts';
import { type ShownDesk, showDesk } from './page-rig.ts';

export interface SlotInChromium {
  readonly rig: SlotRig;
  readonly opened: ShownDesk;
  readonly page: Page;
}

/** For the suite that calls it: one browser, and for each test a desk over an empty slot with its page, handed to `begin`. */
export function slotInChromium(begin: (shown: SlotInChromium) => void | Promise<void>): void {
  let browser: Browser | undefined;
  let rig: SlotRig | undefined;
  let opened: ShownDesk | undefined;

  beforeAll(async () => {
    browser = await launchChromium();
  }, 120_000);
  afterAll(() => browser?.close());

  beforeEach(async () => {
    rig = await SlotRig.start();
    if (!browser) throw new Error('there is no browser');
    opened = await showDesk(browser, rig.desk);
    await begin({ rig, opened, page: opened.page });
  });
  afterEach(async () => {
    await opened?.close();
    await rig?.end();
  });
}
