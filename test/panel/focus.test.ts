/** Whoever works by keyboard stays where they are: what is pressed, changed or closed takes the focus nowhere. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, AnswerTo, Query, Reply, Snapshot } from '../../src/contract/panel.ts';
import { patience } from '../support/patience.ts';
import { needsTools } from '../support/tools.ts';
import { etc, onlyPartitions, root } from './file-samples.ts';
import { framesDrawn } from './frames-drawn.ts';
import { history, library, pi } from './library-samples.ts';
import { PageRig } from './page-rig.ts';
import { report } from './report-samples.ts';
import { copying, done, jobOn, nothing, octopi } from './samples.ts';

const settings: AnswerTo<'settings'> = {
  ask: 'settings',
  format: 'img',
  verify: 'image',
  ejectWhenDone: false,
  remindDays: null,
  showOtherExternal: false,
  excludeFromTimeMachine: false,
  language: 'system',
  library: { folder: '~/PiKeep', instead: null, free: '', warnings: [], canChoose: false },
  hasTimeMachine: false,
  loginItem: null,
  neverTouch: [],
  handsFree: [],
  moreHandsFree: 0,
  systemLanguage: 'en',
};

describe.skipIf(needsTools('chromium'))('the focus', { timeout: 90_000 }, () => {
  let rig: PageRig;
  let page: Page;

  beforeAll(async () => {
    rig = await PageRig.open();
    page = rig.opened.page;
    page.setDefaultTimeout(patience.timeout);
  }, 60_000);
  afterAll(() => rig?.close());
  beforeEach(async () => {
    rig.desk.reply = { ok: true };
    rig.desk.show(nothing);
    await page.reload();
    await page.getByRole('button', { name: 'Library', exact: true }).waitFor();
  });

  function answer(answers: { readonly [K in Query['ask']]?: Answer | ((query: Query) => Answer) }) {
    rig.desk.answerTo = (query) => {
      const set = answers[query.ask];
      if (!set) throw new Error(`nothing is set for ${query.ask}`);
      return { ok: true, answer: typeof set === 'function' ? set(query) : set };
    };
  }

  /** What is said of whatever has the focus. */
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const { activeElement: one } = document;
      return one === document.body
        ? 'nothing'
        : (one?.getAttribute('aria-label') ?? one?.textContent ?? '');
    });
  const isAt = (words: string | RegExp) =>
    expect.poll(focused, patience).toEqual(expect.stringMatching(words));

  async function press(name: string | RegExp): Promise<void> {
    await page.getByRole('button', { name }).focus();
    await page.keyboard.press('Enter');
  }

  async function toPi(): Promise<void> {
    await page.getByRole('button', { name: 'Library', exact: true }).click();
    await page.getByRole('list', { name: 'Pis' }).getByRole('button').first().click();
    await page.getByText('Name, note and colour').waitFor();
  }

  it('stays on a button that has done its work', async () => {
    await rig.draw({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, done)] });
    const given = Promise.withResolvers<void>();
    const reply = Promise.withResolvers<Reply>();
    const usual = rig.desk.handle.bind(rig.desk);
    rig.desk.handle = () => {
      given.resolve();
      return reply.promise;
    };
    try {
      await press('Show in folder');
      await given.promise;
      await expect
        .poll(() => page.locator('button[aria-disabled=true], button:disabled').count(), patience)
        .toBe(1);
      // A browser takes the focus from what cannot have it with the next one.
      await framesDrawn(page);
      reply.resolve({ ok: true });
      await expect
        .poll(() => page.locator('button[aria-disabled=true], button:disabled').count(), patience)
        .toBe(0);
      expect(await focused()).toBe('Show in folder');
    } finally {
      rig.desk.handle = usual;
    }
  });

  it('comes back to “Cancel” after a second thought, and progress takes it nowhere', async () => {
    const working = (bytes: number): Snapshot => ({
      ...nothing,
      disks: [octopi],
      jobs: [jobOn(octopi, { ...copying, bytes })],
    });
    await rig.draw(working(1e9));
    await press('Cancel the backup of octopi');
    await isAt('Keep copying');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await rig.draw(working(2e9));
    expect(await focused()).toBe('nothing');
    await press('Keep copying');
    await isAt('Cancel the backup of octopi');
    await page.keyboard.press('Enter');
    await isAt('Keep copying');
    await page.keyboard.press('Escape');
    await isAt('Cancel the backup of octopi');
  });

  it('stays with the outcome of a card that is taken out', async () => {
    const job = jobOn(octopi, done);
    await rig.draw({ ...nothing, disks: [octopi], jobs: [job] });
    await page.getByRole('button', { name: 'Browse' }).focus();
    await rig.draw({ ...nothing, jobs: [job] });
    expect(await focused()).toBe('Browse');
  });

  it('stays in a field and on a switch of the settings, whatever comes meanwhile', async () => {
    let revision = 1;
    answer({ settings: () => ({ ...settings, remindDays: revision > 1 ? 30 : null }) });
    await page.getByRole('button', { name: 'Settings' }).click();
    const change = 'Change… (folder for backups)';
    await press(change);
    await isAt('Path of the folder');
    await page.keyboard.press('Tab');
    await isAt('Use this folder');
    await rig.draw({ ...nothing, disks: [octopi] });
    expect(await focused()).toBe('Use this folder');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Escape');
    await isAt(/^Change/);

    await page.getByRole('checkbox', { name: /^Remind me/ }).focus();
    await page.keyboard.press('Space');
    await expect
      .poll(() => page.getByRole('checkbox', { name: /^Remind me/ }).isChecked(), patience)
      .toBe(true);
    await isAt(/^Remind me/);
    revision += 1;
    await rig.draw({ ...nothing, settings: { ...nothing.settings, revision } });
    await isAt(/^Remind me/);
  });

  it('stays in the number of a rule while that is counted up, and in the name of a Pi', async () => {
    answer({ library, pi });
    await toPi();
    await page.getByText('What to keep').click();
    const amount = page.getByLabel('Keep the newest … backups');
    await amount.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect
      .poll(() => rig.desk.commands.at(-1), patience)
      .toMatchObject({ command: 'pi-set', change: { keep: { last: 5 } } });
    expect(await amount.inputValue()).toBe('5');
    await isAt('Keep the newest … backups');
    await page.getByText('Name, note and colour').click();
    const name = page.getByLabel('Name', { exact: true });
    await name.fill('Printer');
    await name.press('Enter');
    await expect
      .poll(() => rig.desk.commands.at(-1), patience)
      .toMatchObject({ command: 'pi-set', change: { name: 'Printer' } });
    expect(await name.evaluate((one) => one === document.activeElement)).toBe(true);
  });

  it('stays on the button that turns the pages of a history, and what was unfolded stays so', async () => {
    const turned = Promise.withResolvers<void>();
    const slow = { ...pi, total: 90, backups: history };
    answer({ library, pi: slow });
    await toPi();
    await page.getByText('What to keep').click();
    const usual = rig.desk.ask.bind(rig.desk);
    rig.desk.ask = async (message) => {
      await turned.promise;
      return usual(message);
    };
    try {
      await press('Next');
      await page.getByText('31 to 60 of 90').waitFor();
      expect(await page.getByLabel('Keep the newest … backups').isVisible()).toBe(true);
      await isAt('Next');
      turned.resolve();
      await expect.poll(() => rig.desk.questions.at(-1), patience).toMatchObject({ offset: 30 });
      await isAt('Next');
    } finally {
      turned.resolve();
      rig.desk.ask = usual;
    }
  });

  it('is in an empty folder that is entered, from where a key leads up again', async () => {
    const empty = { ...etc, files: [] };
    answer({
      ...{ library, pi, report },
      files: (query) => {
        if (query.ask !== 'files' || query.path === null) return onlyPartitions;
        return query.path === '2:/etc' ? empty : root;
      },
    });
    await toPi();
    await page.getByRole('list', { name: 'Backups' }).getByRole('button').first().click();
    await page.getByRole('button', { name: 'Browse files' }).click();
    await page.getByRole('listbox').focus();
    await page.keyboard.type('etc');
    await page.keyboard.press('Enter');
    await page.getByText('This folder is empty.').waitFor();
    await page.keyboard.press('Backspace');
    await page.getByRole('option', { name: /home/ }).waitFor();
    await isAt('Files of the folder');
  });
});
