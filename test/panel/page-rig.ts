/** The built page in Chromium, in front of a desk that shows what a test gives it. */

import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Snapshot } from '../../src/contract/panel.ts';
import { type ServedDesk, servePanel } from '../../src/panel-server/serve-panel.ts';
import { launchChromium, type OpenedPage, openPage } from './chromium.ts';
import { nothing } from './samples.ts';
import { SnapshotDesk } from './snapshot-desk.ts';

/** Where `test/global-setup.ts` has built the page. */
export const builtPanel = resolve(import.meta.dirname, '../../dist/panel');

export interface ShownDesk extends OpenedPage {
  /** Ends the server, and closes the page. */
  readonly close: () => Promise<void>;
}

export interface Showing {
  readonly mac?: boolean;
  readonly dark?: boolean;
  /** The folder of another build of the page. */
  readonly assets?: string;
}

/** Serves the page in front of a desk, and opens it. */
export async function showDesk(
  browser: Browser,
  desk: ServedDesk,
  { assets = builtPanel, ...how }: Showing = {},
): Promise<ShownDesk> {
  const opened = await openPage(browser, how);
  try {
    const server = await servePanel(desk, { assets, openBrowser: opened.openFile });
    return {
      ...opened,
      async close() {
        await server.close();
        await opened.context.close();
      },
    };
  } catch (error) {
    await opened.context.close();
    throw error;
  }
}

export class PageRig {
  readonly desk: SnapshotDesk;
  readonly browser: Browser;
  readonly opened: ShownDesk;

  static async open(showing: Showing = {}): Promise<PageRig> {
    const browser = await launchChromium();
    try {
      const desk = new SnapshotDesk(nothing);
      return new PageRig(desk, browser, await showDesk(browser, desk, showing));
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  private constructor(desk: SnapshotDesk, browser: Browser, opened: ShownDesk) {
    this.desk = desk;
    this.browser = browser;
    this.opened = opened;
  }

  /** Resolves with the page when it shows this snapshot. */
  async draw(snapshot: Snapshot): Promise<Page> {
    this.desk.show(snapshot);
    const { page } = this.opened;
    await page.waitForFunction(
      (revision) => document.documentElement.dataset['revision'] === revision,
      `${this.desk.snapshot.revision}`,
    );
    return page;
  }

  async close(): Promise<void> {
    await this.opened.close();
    await this.browser.close();
  }
}
