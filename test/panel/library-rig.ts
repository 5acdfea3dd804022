/** The pages of the library in Chromium, with answers that a test sets; and the way to each page. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Plugin } from 'vite';
import { buildPanel } from '../../scripts/build-panel.ts';
import type { Answer, Query, Snapshot } from '../../src/contract/panel.ts';
import { type PanelServer, servePanel } from '../../src/panel-server/serve-panel.ts';
import { launchChromium, type OpenedPage, openPage } from './chromium.ts';
import { changes, etc, onlyPartitions, root, textPreview } from './file-samples.ts';
import { forget, library, loose, pi } from './library-samples.ts';
import { report } from './report-samples.ts';
import { nothing } from './samples.ts';
import { SnapshotDesk } from './snapshot-desk.ts';

/** By the kind of the question; a function where the answer depends on more. */
export type Answers = { readonly [K in Query['ask']]?: Answer | ((query: Query) => Answer) };

const usual: Answers = {
  library,
  pi,
  loose,
  report,
  forget,
  files: (query) => {
    if (query.ask !== 'files' || query.path === null) return onlyPartitions;
    return query.path === '2:/etc' ? etc : root;
  },
  preview: textPreview,
  changes,
};

export class LibraryRig {
  readonly desk: SnapshotDesk;
  readonly opened: OpenedPage;
  readonly page: Page;
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #server: PanelServer;

  static async start(plugins: readonly Plugin[] = []): Promise<LibraryRig> {
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-library-'));
    await buildPanel(folder, plugins);
    const browser = await launchChromium();
    const opened = await openPage(browser);
    const desk = new SnapshotDesk(nothing);
    const server = await servePanel(desk, { assets: folder, openBrowser: opened.openFile });
    return new LibraryRig(browser, folder, server, opened, desk);
  }

  private constructor(
    browser: Browser,
    folder: string,
    server: PanelServer,
    opened: OpenedPage,
    desk: SnapshotDesk,
  ) {
    this.#browser = browser;
    this.#folder = folder;
    this.#server = server;
    this.opened = opened;
    this.page = opened.page;
    this.page.setDefaultTimeout(8000);
    this.desk = desk;
  }

  async end(): Promise<void> {
    await this.#server.close();
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What questions are answered with from now on. */
  answer(answers: Answers = {}): void {
    this.desk.questions.length = 0;
    this.desk.answers.length = 0;
    this.desk.answerTo = (query) => {
      const set = answers[query.ask] ?? usual[query.ask];
      if (!set) throw new Error(`nothing is set for ${query.ask}`);
      return { ok: true, answer: typeof set === 'function' ? set(query) : set };
    };
  }

  async show(snapshot: Snapshot): Promise<void> {
    this.desk.show(snapshot);
    await this.page.waitForFunction(
      (revision) => document.documentElement.dataset['revision'] === revision,
      `${this.desk.snapshot.revision}`,
    );
  }

  /** Forgets where the page was. */
  async atHome(): Promise<void> {
    await this.page.reload();
    await this.page.getByRole('button', { name: 'Library', exact: true }).waitFor();
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name });
  }

  async toLibrary(): Promise<void> {
    await this.page.getByRole('button', { name: 'Library', exact: true }).click();
    await this.page.getByRole('heading', { name: 'Library' }).waitFor();
  }

  async toPi(): Promise<void> {
    await this.toLibrary();
    await this.page.getByRole('list', { name: 'Pis' }).getByRole('button').first().click();
    await this.page.getByText('Name, note and colour').waitFor();
  }

  async toReport(): Promise<void> {
    await this.toPi();
    await this.page.getByRole('list', { name: 'Backups' }).getByRole('button').first().click();
    await this.page.getByRole('region', { name: 'Verdict' }).waitFor();
  }

  async toFiles(): Promise<void> {
    await this.toReport();
    await this.button('Browse files').click();
    await this.page.getByRole('listbox').waitFor();
  }
}
