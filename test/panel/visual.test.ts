import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PanelServer, servePanel } from '../../src/panel-server/serve-panel.ts';
import { GIB, SlotRig } from '../desk/slot-rig.ts';
import { patience } from '../support/patience.ts';
import { needsSetting, needsSystem, needsTools } from '../support/tools.ts';
import { fileName, isRenewing, judge, keepOnly, MOST_BYTES, stored } from './album.ts';
import { type Camera, fontFiles, openCamera } from './camera.ts';
import { launchChromium } from './chromium.ts';
import { HeldWorkers } from './held-worker.ts';
import { builtPanel } from './page-rig.ts';

/** So large that a copy of its holes is still going on when it is held. */
const LARGE = 16 * GIB;

/** Sub-pixels and colours as on no screen in particular. */
const still = ['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'];

describe.skipIf(
  needsSystem('linux') ||
    needsTools('chromium') ||
    needsSetting(fontFiles.every(existsSync), 'the fonts of fonts-dejavu-core are not installed'),
)('the panel looks as it did', { timeout: 300_000 }, () => {
  const workers = new HeldWorkers();
  const wrong: string[] = [];
  const taken: string[] = [];
  let browser: Browser;
  let rig: SlotRig;
  let server: PanelServer;
  let camera: Camera;
  let table: Page;

  beforeAll(async () => {
    browser = await launchChromium(...still);
    rig = await SlotRig.startWith({ startWorker: workers.start, runTask: workers.run });
    let openFile: (file: string) => Promise<void> = () => Promise.resolve();
    server = await servePanel(rig.desk, {
      assets: builtPanel,
      openBrowser: (file) => openFile(file),
    });
    camera = await openCamera(browser, async (open) => {
      openFile = open;
      await server.open();
    });
    table = await browser.newPage();
  });

  afterAll(async () => {
    workers.goOn();
    await server?.close();
    await rig?.end();
    await browser?.close();
  });

  /** On every page, since what one presses there is known to that page alone. */
  async function everywhere(act: (page: Page) => Promise<unknown>): Promise<void> {
    for (const page of camera.pages) await act(page);
  }

  const press = (name: string | RegExp) =>
    everywhere((page) => page.getByRole('button', { name }).first().click(patience));
  const pressOnce = (name: string | RegExp) =>
    camera.pages[0]?.getByRole('button', { name }).first().click(patience);
  const seen = (words: string | RegExp) =>
    everywhere((page) => page.getByText(words).first().waitFor(patience));

  async function picture(name: string): Promise<void> {
    const { revision } = rig.desk.snapshot;
    await everywhere((page) =>
      page.waitForFunction(
        (least) => Number(document.documentElement.dataset['revision']) >= least,
        revision,
        patience,
      ),
    );
    await everywhere((page) => page.mouse.move(0, 0));
    for (const [one, now] of await camera.shoot(name)) {
      taken.push(one);
      const words = await judge(table, one, now);
      if (words !== null) wrong.push(words);
    }
  }

  it('from the empty slot to the proof, and when something comes between', async () => {
    await picture('nothing inserted');

    await rig.insert('octopi.img', LARGE);
    await seen('Back up this Pi card');
    await seen('Never backed up');
    await picture('card recognised');
    await everywhere((page) => page.getByText('Other…', { exact: true }).click());
    await picture('other things to do');
    await everywhere((page) => page.getByText('Other…', { exact: true }).click());

    workers.holdsNext = true;
    await pressOnce('Back up this Pi card');
    await seen('Opening the card…');
    await picture('opening');

    await workers.holdAtProgress();
    await seen('Copying the card…');
    await picture('copying');
    await workers.holdAtProgress();
    await press(/^Cancel the backup/);
    await seen('Keep copying');
    await picture('second thought');
    await press('Keep copying');

    workers.goOn();
    await seen('Backed up and proven');
    await seen('Browse');
    await picture('proven');
    await pressOnce('Eject');
    await seen('The card is ejected.');
    await picture('proven and ejected');
    await pressOnce(/^Dismiss/);

    await rig.insert('octopi-again.img', LARGE);
    await seen('last backed up');
    await picture('card known');

    workers.holdsNext = true;
    await pressOnce('Back up this Pi card');
    await seen('Opening the card…');
    workers.kill();
    await seen('Try again');
    await picture('needs attention');

    workers.holdsNext = true;
    await pressOnce('Try again');
    await workers.holdAtProgress();
    await rig.insert('pihole.img', GIB);
    await seen('pihole.img');
    await picture('several cards');

    if (isRenewing) keepOnly(taken);
    expect(wrong).toEqual([]);
    const { names, bytes } = stored();
    expect(names).toEqual(taken.map(fileName).toSorted());
    expect(bytes).toBeLessThan(MOST_BYTES);
  });
});
