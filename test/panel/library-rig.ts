/** The pages of the library in Chromium, with answers that a test sets; and the way to each page. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Plugin } from 'vite';
import { buildPanel } from '../../scripts/build-panel.ts';
import type { Answer, Query, Snapshot } from '../../src/contract/panel.ts';
import { patience } from '../support/patience.ts';
import type { OpenedPage } from './chromium.ts';
import { changes, etc, onlyPartitions, root, textPreview } from './file-samples.ts';
import { forget, library, loose, pi } from './library-samples.ts';
import { PageRig } from './page-rig.ts';
import { report } from './report-samples.ts';
import type { SnapshotDesk } from './snapshot-desk.ts';

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
  readonly #rig: PageRig;
  readonly #folder: string;

  static async start(plugins: readonly Plugin[] = []): Promise<LibraryRig> {
    const folder = await mkdtemp(join(tmpdir(), 'pikeep-library-'));
    try {
      await buildPanel(folder, plugins);
      return new LibraryRig(await PageRig.open({ assets: folder }), folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(rig: PageRig, folder: string) {
    this.#rig = rig;
    this.#folder = folder;
    this.desk = rig.desk;
    this.opened = rig.opened;
    this.page = rig.opened.page;
    this.page.setDefaultTimeout(patience.timeout);
  }

  async end(): Promise<void> {
    await this.#rig.close();
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
    await this.#rig.draw(snapshot);
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
