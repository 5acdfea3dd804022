import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { runTask } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { GIB, type SlotRig } from '../desk/slot-rig.ts';
import { patience } from '../support/patience.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, takePicture } from './chromium.ts';
import type { HeldWorkers } from './held-worker.ts';
import type { ShownDesk } from './page-rig.ts';
import { slotInChromium } from './slot-in-chromium.ts';

describe.skipIf(needsTools('chromium'))(
  'a restore, from the page to the card',
  { timeout: 120_000 },
  () => {
    let rig: SlotRig;
    let opened: ShownDesk;
    let page: Page;
    let workers: HeldWorkers;
    slotInChromium((shown) => {
      ({ rig, opened, page, workers } = shown);
    });

    const button = (name: string | RegExp) => page.getByRole('button', { name });

    /** A backup of a card that has gone, and another card in the reader. Resolves with the image. */
    async function backedUp(bytes: number): Promise<string> {
      await rig.backUp(await rig.insert('octopi.img', bytes));
      const { job, state } = await rig.job('done');
      await rig.pull('octopi.img');
      await rig.desk.command({ command: 'dismiss', job });
      await rig.insert('second.img', bytes);
      await page.getByRole('button', { name: 'Back up this Pi card' }).waitFor(patience);
      return state.image;
    }

    async function askAboutSecond(): Promise<void> {
      await page.getByText('One backup', { exact: true }).click(patience);
      await button(/^Restore octopi of /).click();
      await page.getByRole('heading', { name: 'Restore a backup' }).waitFor(patience);
      await page.getByRole('radio').check();
      await page.locator('button:enabled', { hasText: 'Continue' }).click(patience);
      await page.getByRole('heading', { name: /^Overwrite / }).waitFor(patience);
    }

    it('is chosen, confirmed, watched and proven, and the card is what was backed up', async () => {
      const image = await backedUp(GIB / 2);
      await askAboutSecond();
      await takePicture(page, 'real restore 1 question');
      expect(await accessibilityProblems(page)).toEqual([]);
      await button(/^Overwrite /).click();
      await page.getByRole('progressbar').waitFor(patience);
      await takePicture(page, 'real restore 2 working');
      await page.getByText('Restored and proven', { exact: true }).waitFor(patience);
      await takePicture(page, 'real restore 3 done');
      expect(await accessibilityProblems(page)).toEqual([]);
      const [disk] = rig.desk.snapshot.disks;
      const compared = await runTask(
        {
          task: 'compare',
          image,
          disk: disk?.disk ?? '',
          expected: null,
          forceUnmount: false,
          source: {
            slot: rig.slot,
            allowDiskImage: false,
            allowOtherExternal: false,
            neverTouch: [],
            door: null,
          },
        },
        { startWorker: startNodeWorker, authorizer: null },
      );
      expect(compared.verdict).toBe('same');
      await button('Show the report').click();
      await expect.poll(() => rig.desktop.revealed).toHaveLength(1);
      await button('Eject').click();
      await page.getByText('The card is ejected. You can take it out.').waitFor(patience);
      expect(opened.complaints).toEqual([]);
    });

    it('is not begun when the card was swapped while the question stood', async () => {
      await backedUp(GIB / 8);
      await askAboutSecond();
      await rig.pull('second.img');
      await rig.insert('third.img', GIB / 4);
      await page.getByText('What is in the reader has changed.').waitFor(patience);
      expect(await button(/^Overwrite /).count()).toBe(0);
      await takePicture(page, 'real restore 4 swapped');
      await button('Cancel').click();
      await button('Back up this Pi card').waitFor(patience);
      expect(rig.desk.snapshot.jobs).toEqual([]);
    });

    it('can be stopped with a second thought, and is then offered again', async () => {
      await backedUp(GIB);
      await askAboutSecond();
      const held = workers.holdAtProgress('writing');
      await button(/^Overwrite /).click();
      await held;
      await page.getByText('Writing the card…').waitFor(patience);
      await button(/^Cancel the restore/).click();
      await button('Stop anyway').click();
      await page.getByText('Stopping…').waitFor(patience);
      workers.goOn();
      await page
        .getByText('This card is not finished, and no Pi can start from it.')
        .waitFor(patience);
      await takePicture(page, 'real restore 5 stopped');
      await button('Restore again…').click();
      await page.getByText('A restore of “').waitFor(patience);
      await takePicture(page, 'real restore 6 again');
      await page.locator('button:enabled', { hasText: 'Continue' }).click(patience);
      await button(/^Overwrite /).click(patience);
      await page.getByText('Restored and proven', { exact: true }).waitFor(patience);
    });

    it('begins with a backup of what is on the card, where there is none', async () => {
      await backedUp(GIB / 8);
      await rig.pull('second.img');
      await rig.insert('other.img', GIB / 4);
      await askAboutSecond();
      await button('Back up first').click();
      await page.getByText('Restore a backup', { exact: true }).waitFor(patience);
      await page.locator('button:enabled', { hasText: 'Continue' }).click(patience);
      await page.getByText(/^Backed up (just now|\d+ minutes ago)$/).waitFor(patience);
      expect((await rig.kept()).filter((name) => name.endsWith('.img'))).toHaveLength(2);
    });
  },
);
