import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_CARD } from '../../scripts/sample-card.ts';
import { openSampleDesk } from '../../src/desk/open-sample.ts';
import { withSample } from '../../src/desk/with-sample.ts';
import type { ServedDesk } from '../../src/panel-server/serve-panel.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { openSampleWorld } from '../../src/platform/sample-world.ts';
import { openSettings } from '../../src/platform/settings.ts';
import { runTask } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { patience } from '../support/patience.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, launchChromium, type OpenedPage, takePicture } from './chromium.ts';
import { firstTimeStates, onMac } from './first-time-states.ts';
import { type Showing, showDesk } from './page-rig.ts';
import { nothing, octopi } from './samples.ts';
import { SnapshotDesk } from './snapshot-desk.ts';

describe.skipIf(needsTools('chromium'))('for whoever is new', { timeout: 120_000 }, () => {
  let browser: Browser;
  let ends: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  }, 120_000);
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
    ends = [];
  });

  async function open(desk: ServedDesk, showing: Showing = {}): Promise<OpenedPage> {
    const shown = await showDesk(browser, desk, showing);
    ends.push(shown.close);
    shown.page.setDefaultTimeout(30_000);
    return shown;
  }

  it('three pages are walked by keyboard alone, kept as seen, and shown again from Help', async () => {
    const rig = await SlotRig.startWith({ welcomes: true });
    ends.push(() => rig.end());
    const { page, complaints } = await open(rig.desk);
    await page.getByRole('heading', { name: 'Your Pi’s card, kept safe' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'first run 1');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Where backups go' }).waitFor();
    // The folder as it is, and the way to another one.
    await page.getByText('~/PiKeep').waitFor();
    await page.getByRole('button', { name: /^Change…/ }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'first run 2');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What will be asked' }).waitFor();
    await page.getByText('a folder stands in for the card reader').waitFor();
    await takePicture(page, 'first run 3 slot');
    for (const wanted of ['Back', 'Start']) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(wanted);
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
    const kept: unknown = JSON.parse(await readFile(join(rig.folder, 'settings.json'), 'utf8'));
    expect(kept).toMatchObject({ welcomed: true });
    await page.getByRole('button', { name: /^Help/ }).click();
    await page.getByRole('button', { name: 'Show the first pages again' }).click();
    await page.getByRole('heading', { name: 'Your Pi’s card, kept safe' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Help' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.each(['Escape', 'Skip'])('%s skips them, and another desk shows them no more', async (way) => {
    const rig = await SlotRig.startWith({ welcomes: true });
    ends.push(() => rig.end());
    const { page } = await open(rig.desk);
    await page.getByRole('heading', { name: 'Your Pi’s card, kept safe' }).waitFor();
    if (way === 'Escape') await page.keyboard.press('Escape');
    else await page.getByRole('button', { name: 'Skip' }).click();
    await page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
    expect(rig.desk.snapshot.firstTime?.welcome).toBe(false);
  });

  it('a slot alone shows none of them', async () => {
    const rig = await SlotRig.start();
    ends.push(() => rig.end());
    const { page } = await open(rig.desk);
    await page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
  });

  it.each([false, true])(
    'on a Mac the last page has the words of its dialogs (dark: %s)',
    async (dark) => {
      const desk = new SnapshotDesk({ ...nothing, firstTime: { ...onMac, welcome: true } });
      const { page } = await open(desk, { mac: true, dark });
      await page.getByRole('heading', { name: 'Your Pi’s card, kept safe' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('~/PiKeep').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('“PiKeep” would like to access files on a removable volume.').waitFor();
      expect(await page.locator('[data-asked]').count()).toBe(4);
      expect(await accessibilityProblems(page)).toEqual([]);
      await takePicture(page, `first run 3 mac${dark ? ' dark' : ''}`, { whole: true });
      await page.getByRole('button', { name: 'Start' }).click();
      await expect.poll(() => desk.commands).toContainEqual({ command: 'welcomed' });
    },
  );

  it('on Linux it tells of the password, and of no dialog of a Mac', async () => {
    const firstTime = { welcome: true, willAsk: false, system: 'linux', app: null } as const;
    const { page } = await open(new SnapshotDesk({ ...nothing, firstTime }));
    await page.getByRole('heading', { name: 'Your Pi’s card, kept safe' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Where backups go' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('a dialog of the system asks for the password').waitFor();
    expect(await page.locator('[data-asked]').count()).toBe(0);
    await takePicture(page, 'first run 3 linux');
  });

  it('the first card on a Mac is offered with the questions that one click raises', async () => {
    const desk = new SnapshotDesk({ ...nothing, disks: [octopi], firstTime: onMac });
    const { page } = await open(desk, { mac: true });
    await page.getByRole('heading', { name: 'macOS will ask you two things' }).waitFor();
    await page.getByText('PiKeep wants to read Raspberry Pi card (31.9 GB).').waitFor();
    await takePicture(page, 'first card', { whole: true });
    desk.show(firstTimeStates['first card asking'] ?? nothing);
    await page.getByRole('heading', { name: 'macOS is asking now' }).waitFor();
    await takePicture(page, 'first card asking', { whole: true });
    desk.show({ ...nothing, disks: [octopi], firstTime: { ...onMac, willAsk: false } });
    await expect.poll(() => page.getByText('macOS').count()).toBe(0);
  });

  it('the sample card is backed up, proven, browsed and removed', async () => {
    const rig = await SlotRig.start();
    ends.push(() => rig.end());
    const platform = { ...(await createPlatform({ slot: rig.slot })), desktop: rig.desktop };
    const settings = await openSettings({
      file: join(rig.folder, 'second.json'),
      home: rig.folder,
    });
    const own = { platform, runTask, startWorker: startNodeWorker, authorizer: null, settings };
    let folder = '';
    const desk = withSample(rig.desk, async () => {
      const world = await openSampleWorld(SAMPLE_CARD);
      folder = world.folder;
      return openSampleDesk(
        { ...own, where: 'browser', version: '0.1.0', home: rig.folder, slot: rig.slot },
        world,
      );
    });
    ends.push(() => desk.close());
    const { page, complaints } = await open(desk);
    await page.getByRole('button', { name: 'Try it with a sample card' }).click();
    await page.getByRole('button', { name: 'Back up this Pi card' }).click(patience);
    await page.getByText('nothing of yours is touched').waitFor();
    await page.getByText('Backed up and proven', { exact: true }).waitFor(patience);
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'sample done', { whole: true });
    await page.getByRole('button', { name: 'Library', exact: true }).click();
    await page.getByRole('list', { name: 'Pis' }).getByRole('button').first().click(patience);
    await page.getByRole('list', { name: 'Backups' }).getByRole('button').first().click(patience);
    await page.getByRole('button', { name: 'Browse files' }).click(patience);
    await page.getByRole('listbox').waitFor(patience);
    await takePicture(page, 'sample files');
    expect(folder).not.toBe('');
    await page.getByRole('button', { name: 'End and remove' }).click();
    await page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
    // The page shows the real desk again before the last file of the other one is gone.
    await expect.poll(() => existsSync(folder), patience).toBe(false);
    expect(await rig.kept().catch(() => [])).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
