import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/contract/panel.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, type OpenedPage, takePicture, viewport } from './chromium.ts';
import { PageRig } from './page-rig.ts';
import {
  octopiTarget,
  page as pageOf,
  ready,
  readyStick,
  restoreOn,
  stickTarget,
  writing,
} from './restore-samples.ts';
import { restoreStates } from './restore-states.ts';
import { nothing, octopi, stick } from './samples.ts';
import type { SnapshotDesk } from './snapshot-desk.ts';

describe.skipIf(needsTools('chromium'))('the page of a restore in Chromium', () => {
  let rig: PageRig;
  let desk: SnapshotDesk;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    rig = await PageRig.open();
    ({ desk, opened } = rig);
    page = opened.page;
  });

  afterAll(() => rig?.close());

  afterEach(() => {
    desk.commands.length = 0;
    expect(opened.complaints).toEqual([]);
  });

  async function show(snapshot: Snapshot): Promise<void> {
    await rig.draw(snapshot);
  }

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const commands = () => expect.poll(() => desk.commands);

  it('begins at a card, at a finished backup, and at the list of backups', async () => {
    await show(restoreStates['restore offered'] ?? nothing);
    await page.getByLabel('Other… for HOLIDAY').click();
    await button('Restore a backup… to HOLIDAY').click();
    await page.getByText('7 backups').click();
    await page.getByRole('button', { name: /^Restore pihole of 20 Nov 2026/ }).click();
    await takePicture(page, 'restore from the list');
    await commands().toEqual([
      { command: 'restore-open', from: { with: 'card', disk: 'disk5', card: '2-b' } },
      { command: 'restore-open', from: { with: 'backup', backup: 'b1' } },
    ]);
  });

  it('is chosen by keyboard alone', async () => {
    await show(nothing);
    await show(pageOf(octopiTarget, ready));
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').evaluate((one) => one.tagName)).toBe('SELECT');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await commands().toEqual([{ command: 'restore-choose', disk: 'disk5', card: '2-b' }]);
    await show(pageOf(stickTarget, readyStick));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await commands().toHaveLength(2);
    expect(desk.commands[1]).toEqual({ command: 'restore-review', token: 'token-2' });
  });

  it('lets nothing go on before the card was looked at', async () => {
    await show(pageOf(octopiTarget));
    expect(await button('Continue').isDisabled()).toBe(true);
    expect(await page.getByRole('status').textContent()).toBe('octopi: looking at the card.');
    await show(restoreStates['restore does not fit'] ?? nothing);
    expect(await button('Continue').isDisabled()).toBe(true);
  });

  it('shows what was chosen at once, and lets nothing go on before the desk knows of it', async () => {
    const carriedOut = Promise.withResolvers<void>();
    await page.route('**/command', async (route) => {
      await carriedOut.promise;
      await route.continue();
    });
    const stick = page.locator('input[value="2-b"]');
    const backup = page.getByRole('combobox');
    await show(pageOf(octopiTarget, ready));
    expect(await button('Continue').isEnabled()).toBe(true);
    await stick.check();
    // What comes meanwhile says nothing of the choice.
    await show(pageOf(octopiTarget, ready));
    expect([await stick.isChecked(), await button('Continue').isEnabled()]).toEqual([true, false]);
    await backup.selectOption('b1');
    await show(pageOf(octopiTarget, ready));
    expect(await backup.inputValue()).toBe('b1');
    desk.reply = {
      ok: false,
      problem: { code: 'USAGE', title: 'Not now', message: 'Not now.', next: '' },
    };
    carriedOut.resolve();
    await page.getByRole('alert').getByText('Not now.').waitFor();
    desk.reply = { ok: true };
    await expect.poll(() => stick.isChecked()).toBe(false);
    expect(await backup.inputValue()).toBe('b0');
    expect(await button('Continue').isEnabled()).toBe(true);
    await page.unroute('**/command');
    await stick.check();
    await commands().toHaveLength(3);
    await show(pageOf(stickTarget, readyStick));
    expect([await stick.isChecked(), await button('Continue').isEnabled()]).toEqual([true, true]);
    // Another card than the one that was chosen last, from elsewhere.
    await show(pageOf(octopiTarget, ready));
    expect(await stick.isChecked()).toBe(false);
  });

  it('asks with both sides, begins at the head of the question, and puts the safe way first', async () => {
    await show(pageOf(stickTarget, readyStick));
    await button('Continue').focus();
    await page.keyboard.press('Enter');
    await show(pageOf(stickTarget, readyStick, { step: 'confirm' }));
    expect(await page.locator(':focus').getAttribute('aria-labelledby')).toBe('restore-question');
    const lost = page.getByRole('region', { name: 'This will be lost' });
    expect(await lost.getByText('No backup of it is known').count()).toBe(1);
    const written = page.getByRole('region', { name: 'This will be written' });
    expect(await written.getByText('6.1 of 31.9 GB in use').count()).toBe(1);
    expect(await page.getByRole('status').textContent()).toBe(
      'Overwrite HOLIDAY? camera card, 214 photos will be lost, octopi will be written.',
    );
    const order = await page.getByRole('main').getByRole('button').allTextContents();
    expect(order).toEqual(['Back', 'Back up first', 'Overwrite HOLIDAY']);
    expect(await button('Back up first').getAttribute('class')).toBe('primary');
    await page.getByLabel('Let the system take it on its first start').check();
    await button('Overwrite HOLIDAY').click();
    await commands().toContainEqual({
      command: 'restore-start',
      token: 'token-2',
      typedName: null,
      grow: 'first-boot',
    });
  });

  it('forgets what was chosen on it when something else is asked', async () => {
    await show(pageOf(stickTarget, readyStick, { step: 'confirm' }));
    await page.getByLabel('Let the system take it on its first start').check();
    await show(pageOf(stickTarget, { ...readyStick, token: 'token-3' }, { step: 'confirm' }));
    expect(await page.getByLabel('Leave it unused').isChecked()).toBe(true);
  });

  it('wants the name of what is no card, letter by letter', async () => {
    await show(restoreStates['restore confirm by name'] ?? nothing);
    const overwrite = button('Overwrite Extreme Portable SSD');
    expect(await overwrite.isDisabled()).toBe(true);
    const field = page.getByRole('textbox');
    await field.fill('extreme portable ssd');
    expect(await overwrite.isDisabled()).toBe(true);
    await field.press('Enter');
    await field.fill('Extreme Portable SSD');
    expect(await overwrite.isEnabled()).toBe(true);
    expect(desk.commands).toEqual([]);
    await takePicture(page, 'restore name typed');
    await overwrite.click();
    await commands().toMatchObject([
      { command: 'restore-start', typedName: 'Extreme Portable SSD', grow: 'leave' },
    ]);
  });

  it('stops at once before anything is written, and asks twice while the card is written', async () => {
    const cancel = page.getByRole('button', { name: 'Cancel the restore of octopi' });
    await show(restoreOn({ ...writing, phase: 'checking' }));
    await cancel.click();
    await commands().toEqual([{ command: 'cancel', job: 'job-1-a' }]);
    await show(restoreOn(writing));
    await cancel.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Stopping now leaves a card that cannot start a Pi.').waitFor();
    expect(await page.locator(':focus').textContent()).toBe('Keep restoring');
    await takePicture(page, 'restore second thought');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await cancel.waitFor();
    expect(desk.commands).toHaveLength(1);
    await cancel.click();
    await button('Stop anyway').click();
    await commands().toHaveLength(2);
  });

  it('after a failure restores again, by force, or undoes', async () => {
    await show(restoreStates['restore in use'] ?? nothing);
    await button('Restore again…').click();
    await button('Unmount by force…').click();
    await show(restoreStates['restore failed at once'] ?? nothing);
    await button('Bring the old content back').click();
    const job = 'job-1-a';
    await commands().toEqual([
      { command: 'restore-open', from: { with: 'job', job, forceUnmount: false } },
      { command: 'restore-open', from: { with: 'job', job, forceUnmount: true } },
      { command: 'undo', job },
    ]);
  });

  it('marks a disk “never touch” from its menu, and takes the mark away', async () => {
    await show({ ...nothing, disks: [octopi, stick] });
    await page.getByLabel('Other… for HOLIDAY').focus();
    await page.keyboard.press('Enter');
    await takePicture(page, 'menu of a disk');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await button('Never touch this disk').count()).toBe(0);
    await page.getByLabel('Other… for HOLIDAY').click();
    await button('Never touch this disk').click();
    await show(restoreStates['never touched'] ?? nothing);
    await page.getByText('One disk is left alone').click();
    await takePicture(page, 'never touched unfolded');
    await button('Allow again: HOLIDAY').click();
    await page.getByLabel('Show other external disks').click();
    await commands().toEqual([
      { command: 'protect', disk: 'disk5', card: '2-b' },
      { command: 'unprotect', key: 'table 5e3da3da' },
      { command: 'set-show-other-external', value: false },
    ]);
  });

  it('keeps to its window with text of 24 points, and to the rules with more contrast', async () => {
    const before = viewport;
    try {
      for (const [name, snapshot] of Object.entries(restoreStates)) {
        await page.emulateMedia({ contrast: 'no-preference' });
        // 24 points instead of 13 pixels are a window that is so much narrower.
        await page.setViewportSize({ width: Math.floor((before.width * 13) / 24), height: 400 });
        await show(snapshot);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        expect(overflow, name).toBeLessThanOrEqual(0);
      }
      await page.setViewportSize(before);
      await page.emulateMedia({ contrast: 'more', colorScheme: 'dark' });
      for (const name of ['restore confirm by name', 'restore ready', 'restore writing']) {
        await show(restoreStates[name] ?? nothing);
        expect(await accessibilityProblems(page)).toEqual([]);
        await takePicture(page, `${name} contrast`);
      }
    } finally {
      await page.setViewportSize(before);
      await page.emulateMedia({ contrast: 'no-preference', colorScheme: 'light' });
    }
  });
});
