import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { SlotRig } from '../desk/slot-rig.ts';
import { launchChromium } from './chromium.ts';
import { HeldWorkers } from './held-worker.ts';
import { type ShownDesk, showDesk } from './page-rig.ts';

export interface SlotInChromium {
  readonly rig: SlotRig;
  readonly opened: ShownDesk;
  readonly page: Page;
  /** What a click is meant for must not be over before the page has shown it. */
  readonly workers: HeldWorkers;
}

/** For the suite that calls it: one browser, and for each test a desk over an empty slot with its page, handed to `begin`. */
export function slotInChromium(begin: (shown: SlotInChromium) => void | Promise<void>): void {
  let browser: Browser | undefined;
  let rig: SlotRig | undefined;
  let opened: ShownDesk | undefined;
  const workers = new HeldWorkers();

  beforeAll(async () => {
    browser = await launchChromium();
  }, 120_000);
  afterAll(() => browser?.close());

  beforeEach(async () => {
    rig = await SlotRig.startWith({ startWorker: workers.start, runTask: workers.run });
    if (!browser) throw new Error('there is no browser');
    opened = await showDesk(browser, rig.desk);
    await begin({ rig, opened, page: opened.page, workers });
  });
  afterEach(async () => {
    workers.letGo();
    await opened?.close();
    await rig?.end();
  });
}
