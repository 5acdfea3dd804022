/** A desk with a slot, its page at two densities, and an album of how it looked. Linux, with the fonts of the pictures. */

import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { DeskOptions } from '../../src/desk/desk.ts';
import { type PanelServer, servePanel } from '../../src/panel-server/serve-panel.ts';
import type { Platform } from '../../src/platform/ports.ts';
import type { RunTaskOptions } from '../../src/worker/run-task.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { patience } from '../support/patience.ts';
import { needsSetting, needsSystem, needsTools } from '../support/tools.ts';
import {
  fileName,
  isRenewing,
  judge,
  keepOnly,
  MOST_BYTES,
  storedBytes,
  storedIn,
} from './album.ts';
import { type Camera, fontFiles, openCamera } from './camera.ts';
import { launchChromium } from './chromium.ts';
import { HeldWorkers } from './held-worker.ts';
import { builtPanel } from './page-rig.ts';

/** Sub-pixels and colours as on no screen in particular. */
const still = ['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'];

export function needsStudio(): boolean {
  return (
    needsSystem('linux') ||
    needsTools('chromium') ||
    needsSetting(fontFiles.every(existsSync), 'the fonts of fonts-dejavu-core are not installed')
  );
}

export interface StudioOptions {
  readonly desk?: Partial<DeskOptions> & { readonly parts?: Partial<Platform> };
  readonly run?: Partial<RunTaskOptions>;
}

export class Studio {
  readonly rig: SlotRig;
  readonly workers: HeldWorkers;
  readonly #browser: Browser;
  readonly #server: PanelServer;
  readonly #camera: Camera;
  readonly #table: Page;
  readonly #folder: string;
  readonly #wrong: string[] = [];
  readonly #taken: string[] = [];

  /** `folder`: of the album. */
  static async open(folder: string, { desk = {}, run = {} }: StudioOptions = {}): Promise<Studio> {
    const workers = new HeldWorkers(run);
    const browser = await launchChromium(...still);
    const parts = { startWorker: workers.start, runTask: workers.run };
    const rig = await SlotRig.startWith({ ...parts, ...desk });
    let openFile: (file: string) => Promise<void> = () => Promise.resolve();
    const server = await servePanel(rig.desk, {
      assets: builtPanel,
      openBrowser: (file) => openFile(file),
    });
    const camera = await openCamera(browser, async (open) => {
      openFile = open;
      await server.open();
    });
    return new Studio(folder, {
      rig,
      workers,
      browser,
      server,
      camera,
      table: await browser.newPage(),
    });
  }

  private constructor(
    folder: string,
    made: {
      readonly rig: SlotRig;
      readonly workers: HeldWorkers;
      readonly browser: Browser;
      readonly server: PanelServer;
      readonly camera: Camera;
      readonly table: Page;
    },
  ) {
    this.#folder = folder;
    this.rig = made.rig;
    this.workers = made.workers;
    this.#browser = made.browser;
    this.#server = made.server;
    this.#camera = made.camera;
    this.#table = made.table;
  }

  async close(): Promise<void> {
    this.workers.goOn();
    await this.#server.close();
    await this.rig.end();
    await this.#browser.close();
  }

  /** On every page, since what one presses there is known to that page alone. */
  async everywhere(act: (page: Page) => Promise<unknown>): Promise<void> {
    for (const page of this.#camera.pages) await act(page);
  }

  press(name: string | RegExp): Promise<void> {
    return this.everywhere((page) => page.getByRole('button', { name }).first().click(patience));
  }

  /** What the desk does is seen on every page. */
  async pressOnce(name: string | RegExp): Promise<void> {
    await this.#camera.pages[0]?.getByRole('button', { name }).first().click(patience);
  }

  seen(words: string | RegExp): Promise<void> {
    return this.everywhere((page) => page.getByText(words).first().waitFor(patience));
  }

  async picture(name: string): Promise<void> {
    const { revision } = this.rig.desk.snapshot;
    await this.everywhere((page) =>
      page.waitForFunction(
        (least) => Number(document.documentElement.dataset['revision']) >= least,
        revision,
        patience,
      ),
    );
    await this.everywhere((page) => page.mouse.move(0, 0));
    await this.#camera.answered();
    for (const [one, now] of await this.#camera.shoot(name)) {
      this.#taken.push(one);
      const words = await judge(this.#table, { folder: this.#folder, name: one }, now);
      if (words !== null) this.#wrong.push(words);
    }
  }

  /** At the end: every picture is as it was, and the album has no other. */
  expectAsBefore(): void {
    if (isRenewing) keepOnly(this.#folder, this.#taken);
    expect(this.#wrong).toEqual([]);
    expect(storedIn(this.#folder)).toEqual(this.#taken.map(fileName).toSorted());
    expect(storedBytes()).toBeLessThan(MOST_BYTES);
  }
}
