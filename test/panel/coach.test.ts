import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '../support/patience.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, type OpenedPage, takePicture } from './chromium.ts';
import { busy, cancelled, coachStates, privacyInApp, worksNow } from './coach-states.ts';
import { PageRig } from './page-rig.ts';
import { nothing } from './samples.ts';
import type { SnapshotDesk } from './snapshot-desk.ts';

const job = 'job-1-a';

describe.skipIf(needsTools('chromium'))('the coach in Chromium', { timeout: 60_000 }, () => {
  let rig: PageRig;
  let desk: SnapshotDesk;
  let opened: OpenedPage;

  beforeAll(async () => {
    rig = await PageRig.open({ mac: true });
    ({ desk, opened } = rig);
  }, 60_000);

  afterAll(() => rig?.close());

  async function show(snapshot: typeof nothing): Promise<OpenedPage['page']> {
    // Another card in between, so that nothing of an earlier page is left.
    for (const one of [nothing, snapshot]) {
      await rig.draw(one);
    }
    desk.commands.length = 0;
    return opened.page;
  }

  async function photograph(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await opened.page.emulateMedia({ colorScheme });
      expect(await accessibilityProblems(opened.page)).toEqual([]);
      const overflow = await opened.page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      await takePicture(opened.page, `${name} ${colorScheme}`, { whole: true });
    }
    expect(opened.complaints).toEqual([]);
  }

  it.each(Object.keys(coachStates))('has no accessibility problem and fits: %s', async (name) => {
    await show(coachStates[name] ?? nothing);
    await photograph(name);
  });

  it('has a page of its own for a Mac that somebody else manages, by keyboard', async () => {
    const page = await show(privacyInApp);
    await page.getByRole('button', { name: /somebody else manages/i }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('SystemPolicyRemovableVolumes').waitFor(patience);
    await photograph('coach managed');
    await page.getByRole('button', { name: 'Back to the steps' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Open System Settings', exact: true }).waitFor(patience);
  });

  it('opens the pane that the steps are about, and the other one on request', async () => {
    const page = await show(privacyInApp);
    await page.getByRole('button', { name: 'Open System Settings', exact: true }).click();
    await page.getByRole('button', { name: 'Open System Settings at Full Disk Access' }).click();
    await expect
      .poll(() => desk.commands, patience)
      .toEqual([
        { command: 'open-privacy-settings', pane: 'removable-volumes' },
        { command: 'open-privacy-settings', pane: 'full-disk-access' },
      ]);
  });

  it('asks for another look when the window comes back, and not otherwise', async () => {
    const page = await show(privacyInApp);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect
      .poll(() => desk.commands, patience)
      .toEqual([{ command: 'look-again' }, { command: 'look-again' }]);
    await show(nothing);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await show({ ...nothing, refused: [] });
    expect(desk.commands).toEqual([]);
  });

  it('turns into a button once it works, and asks, tries and forces where that is what helps', async () => {
    let page = await show(worksNow);
    await page.getByText('It works now').waitFor(patience);
    await page.getByRole('button', { name: 'Back up', exact: true }).click();
    page = await show(cancelled);
    await page.getByRole('button', { name: 'Ask again' }).click();
    await expect
      .poll(() => desk.commands, patience)
      .toEqual([{ command: 'retry', job, forceUnmount: false }]);
    page = await show(busy);
    await page.getByText('mds_stores is Spotlight').waitFor(patience);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Unmount by force' }).click();
    await expect
      .poll(() => desk.commands, patience)
      .toEqual([
        { command: 'retry', job, forceUnmount: false },
        { command: 'retry', job, forceUnmount: true },
      ]);
  });
});
