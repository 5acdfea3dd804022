import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { runTask } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { GIB, type SlotRig } from '../desk/slot-rig.ts';
import { tool } from '../support/file-systems.ts';
import { patience } from '../support/patience.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, takePicture } from './chromium.ts';
import type { HeldWorkers } from './held-worker.ts';
import type { ShownDesk } from './page-rig.ts';
import { slotInChromium } from './slot-in-chromium.ts';

describe.skipIf(needsTools('chromium'))(
  'a backup, from the page to the file',
  { timeout: 90_000 },
  () => {
    let rig: SlotRig;
    let opened: ShownDesk;
    let page: Page;
    let workers: HeldWorkers;
    slotInChromium((shown) => {
      ({ rig, opened, page, workers } = shown);
    });

    const startButton = () => page.getByRole('button', { name: 'Back up this Pi card' });

    /** Begins a backup of the card in the slot, which stands still while it copies. */
    async function heldWhileCopying(): Promise<void> {
      const held = workers.holdAtProgress('copying');
      await startButton().click(patience);
      await held;
      await page.getByText('Copying the card…').waitFor(patience);
    }

    it('is offered, started by one click, watched, proven and kept', async () => {
      await page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
      await rig.insert('octopi.img', 3 * GIB);
      await startButton().waitFor(patience);
      await takePicture(page, 'real 1 offered');
      const progress = await recordProgress(page);
      const isShown = (percents: number) =>
        expect
          .poll(async () => Math.max(...Object.values(await progress()).flat()))
          .toBeGreaterThanOrEqual(percents);
      const third = workers.holdAtProgress('copying', GIB);
      await startButton().click();
      await third;
      await isShown(33);
      await takePicture(page, 'real 2 working');
      await workers.holdAtProgress('copying', 2 * GIB);
      await isShown(66);
      workers.goOn();

      await page.getByText('Backed up and proven', { exact: true }).waitFor(patience);
      await takePicture(page, 'real 3 done');
      /** Percentages in the order in which they were shown, for each phase. */
      const shown = Object.values(await progress());
      expect(shown.flat().filter((one) => one > 0 && one < 100).length).toBeGreaterThanOrEqual(2);
      for (const percents of shown) {
        expect(percents).toEqual(percents.toSorted((one, other) => one - other));
      }
      expect(await accessibilityProblems(page)).toEqual([]);
      const { state } = await rig.job('done');
      // Fails when they differ.
      tool('cmp', [state.image, join(rig.slot, 'octopi.img')]);
      const verified = await runTask(
        { task: 'verify', image: state.image },
        { startWorker: startNodeWorker, authorizer: null },
      );
      expect(verified.bytes).toBe(3 * GIB);

      await page.getByRole('button', { name: 'Browse' }).click();
      await page.getByRole('option').filter({ hasText: 'etc' }).waitFor(patience);
      await page.getByRole('button', { name: 'Cards', exact: true }).click();
      await page.getByRole('button', { name: 'Show in folder' }).click();
      await expect.poll(() => rig.desktop.revealed).toEqual([state.image]);
      await page.getByRole('button', { name: 'Eject', exact: true }).click();
      await page.getByText('The card is ejected. You can take it out.').waitFor(patience);
      await page.getByRole('button', { name: 'Dismiss octopi' }).click();
      await page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
      expect(opened.complaints).toEqual([]);
    });

    it('can be cancelled, and done again', async () => {
      await rig.insert('octopi.img', 4 * GIB);
      await heldWhileCopying();
      await page.getByRole('button', { name: /^Cancel the backup/ }).click();
      await page.getByRole('button', { name: 'Stop and throw it away' }).click();
      await page.getByText('Stopping…').waitFor(patience);
      workers.goOn();
      await page.getByText('Cancelled', { exact: true }).waitFor(patience);
      expect(await rig.kept()).toEqual([]);
      await takePicture(page, 'real 4 cancelled');
      await page.getByRole('button', { name: 'Back up again' }).click();
      await page.getByRole('progressbar').waitFor(patience);
    });

    it('can be stopped so that what is done is kept, and continued', async () => {
      await rig.insert('octopi.img', 4 * GIB);
      await startButton().click(patience);
      await rig.untilProven();
      workers.hold();
      await page.getByRole('button', { name: /^Cancel the backup/ }).click();
      await takePicture(page, 'real 4 second thought');
      await page.getByRole('button', { name: 'Stop and keep what is done' }).click();
      await page.getByText('Stopping…').waitFor(patience);
      workers.goOn();
      await page.getByText('Cancelled', { exact: true }).waitFor(patience);
      expect(await page.getByText('Nothing half-made was kept').count()).toBe(0);
      await page.getByText(/^What is done is kept: \d+% of it\./).waitFor(patience);
      expect(await accessibilityProblems(page)).toEqual([]);
      await takePicture(page, 'real 4 kept');
      await page.getByRole('button', { name: /^Continue the backup/ }).click();
      const { state } = await rig.job('done');
      tool('cmp', [state.image, join(rig.slot, 'octopi.img')]);
      await page.getByText('Backed up and proven', { exact: true }).waitFor(patience);
    });

    it('that ends because the card is pulled out says so, and the page offers the card that comes next', async () => {
      await rig.insert('octopi.img', 4 * GIB);
      await heldWhileCopying();
      await rig.pull('octopi.img');
      workers.goOn();
      const { state } = await rig.job('failed');
      await page.getByText(state.problem.title, { exact: true }).waitFor(patience);
      await rig.until(({ disks }) => disks.length === 0);
      await expect.poll(() => page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
      await takePicture(page, 'real 5 pulled out');
      await rig.insert('next.img');
      await startButton().waitFor(patience);
    });

    it('whose worker is killed leaves a rest that the page clears away', async () => {
      await rig.insert('octopi.img', 4 * GIB);
      await heldWhileCopying();
      workers.kill();
      await page.getByRole('heading', { name: 'Unfinished backups' }).waitFor(patience);
      await takePicture(page, 'real 6 killed');
      await page.getByRole('button', { name: /^Remove octopi/ }).click();
      // What can be continued is asked about first.
      const forGood = page.getByRole('button', { name: /^Remove octopi.* for good$/ });
      const isGone = page.getByRole('heading', { name: 'Unfinished backups' });
      await expect
        .poll(async () => (await forGood.count()) > 0 || (await isGone.count()) === 0)
        .toBe(true);
      if ((await forGood.count()) > 0) await forGood.click();
      await expect
        .poll(() => page.getByRole('heading', { name: 'Unfinished backups' }).count())
        .toBe(0);
      expect(await rig.kept()).toEqual([]);
    });

    it('of two cards runs side by side', async () => {
      await rig.insert('octopi.img', 3 * GIB);
      await rig.insert('pihole.img', GIB);
      await startButton().first().click(patience);
      await page.getByRole('progressbar').waitFor(patience);
      await startButton().click(patience);
      await expect
        .poll(() => page.getByText('Backed up and proven', { exact: true }).count(), patience)
        .toBe(2);
      await takePicture(page, 'real 7 two cards');
      const kept = await rig.kept();
      expect(kept.filter((name) => name.endsWith('.img'))).toHaveLength(2);
    });
  },
);

/** Writes down, in the page, what its progress bar shows, so that nothing is missed; the answer reads it out. */
async function recordProgress(page: Page): Promise<() => Promise<Record<string, number[]>>> {
  const record = await page.evaluateHandle(() => {
    const shown: Record<string, number[]> = {};
    const look = (): void => {
      const bar = document.querySelector('[role=progressbar], progress');
      if (!bar) return;
      const phase = bar.getAttribute('aria-label') ?? '';
      shown[phase] ??= [];
      shown[phase].push(Number(bar.getAttribute('value') ?? 0));
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
    });
    return shown;
  });
  return () => record.jsonValue();
}
