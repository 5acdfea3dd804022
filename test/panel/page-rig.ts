/** The built page in Chromium, in front of a desk that shows what a test gives it. */

import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Snapshot } from '../../src/contract/panel.ts';
import { type PanelServer, servePanel } from '../../src/panel-server/serve-panel.ts';
import { launchChromium, type OpenedPage, openPage } from './chromium.ts';
import { nothing } from './samples.ts';
import { SnapshotDesk } from './snapshot-desk.ts';

/** Where `test/global-setup.ts` has built the page. */
export const builtPanel = resolve(import.meta.dirname, '../../dist/panel');

export class PageRig {
  readonly desk: SnapshotDesk;
  readonly browser: Browser;
  readonly opened: OpenedPage;
  readonly #server: PanelServer;

  static async open(options: { mac?: boolean } = {}): Promise<PageRig> {
    const browser = await launchChromium();
    try {
      const desk = new SnapshotDesk(nothing);
      const opened = await openPage(browser, options);
      const server = await servePanel(desk, { assets: builtPanel, openBrowser: opened.openFile });
      return new PageRig(desk, browser, opened, server);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  private constructor(
    desk: SnapshotDesk,
    browser: Browser,
    opened: OpenedPage,
    server: PanelServer,
  ) {
    this.desk = desk;
    this.browser = browser;
    this.opened = opened;
    this.#server = server;
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
    await this.#server.close();
    await this.browser.close();
  }
}
