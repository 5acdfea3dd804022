import { link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPanel } from '../../scripts/build-panel.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { needsTools } from '../support/tools.ts';
import { launchChromium, takePicture } from './chromium.ts';
import { type ShownDesk, showDesk } from './page-rig.ts';

const BACKUPS = 200;
const ROUNDS = 7;

/** Measures and prints; what it asserts are nodes, not milliseconds. */
describe.skipIf(needsTools('chromium'))(`a library of ${BACKUPS} backups`, () => {
  let browser: Browser;
  let assets: string;
  let rig: SlotRig;
  let opened: ShownDesk;
  let page: Page;

  beforeAll(async () => {
    assets = await mkdtemp(join(tmpdir(), 'pikeep-page-'));
    await buildPanel(assets);
    browser = await launchChromium();
    rig = await SlotRig.start('octopi.img');
    await rig.backUp(await rig.card('octopi.img'));
    const { job, state } = await rig.job('done');
    await rig.desk.command({ command: 'dismiss', job });
    await fill(rig.library, state.image);
    await rig.desk.command({ command: 'library-look' });
    opened = await showDesk(browser, rig.desk, { assets });
    page = opened.page;
  });
  afterAll(async () => {
    await opened?.close();
    await browser?.close();
    await rig?.end();
    await rm(assets, { recursive: true, force: true });
  });

  it('is on the screen soon after the click, and so is the history of a Pi', async () => {
    const library: number[] = [];
    const pi: number[] = [];
    const again: number[] = [];
    const keys: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await page.reload();
      const button = page.getByRole('button', { name: 'Library', exact: true });
      await button.waitFor();
      library.push(await fromClick(page, '.to-library', '.line'));
      const counted = await page.getByRole('list', { name: 'Pis' }).textContent();
      const amounts = [...(counted ?? '').matchAll(/(\d+) backups?,/g)].map(([, amount]) =>
        Number(amount),
      );
      expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(BACKUPS);
      expect(await page.locator('*').count()).toBeLessThan(1000);
      keys.push(await fromTyping(page));
      await page.getByRole('searchbox').fill('');
      await page.getByRole('list', { name: 'Pis' }).waitFor();
      if (round === 0) await takePicture(page, 'library of 200 backups');
      pi.push(await fromClick(page, '.lines .line', '[aria-labelledby=history] .line'));
      expect(await page.locator('*').count()).toBeLessThan(1000);
      again.push(await fromClick(page, '.back', '[aria-label=Pis] .line'));
    }
    const figures = { library, keys, pi, again };
    for (const [name, all] of Object.entries(figures)) {
      const sorted = all.toSorted((one, other) => one - other);
      console.info(`${name}: median ${sorted[ROUNDS >> 1]} ms, worst ${sorted.at(-1)} ms`);
    }
  });
});

/** Milliseconds from a click to the frame after the one in which `wanted` was there. */
function fromClick(page: Page, clicked: string, wanted: string): Promise<number> {
  return page.evaluate(
    ([from, to]) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          if (!document.querySelector(to ?? '')) return void requestAnimationFrame(look);
          // Two frames: the second begins when the first has been painted.
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              performance.mark('painted');
              const { duration } = performance.measure('wait', 'clicked', 'painted');
              resolve(Math.round(duration));
            }),
          );
        };
        performance.mark('clicked');
        document.querySelector<HTMLElement>(from ?? '')?.click();
        look();
      }),
    [clicked, wanted],
  );
}

/** From a letter in the search to its answer on the screen. */
async function fromTyping(page: Page): Promise<number> {
  await page.getByRole('searchbox').fill('');
  const before = performance.now();
  await page.getByRole('searchbox').fill('no such pi');
  await page.getByText('Nothing is called “no such pi”').waitFor();
  return Math.round(performance.now() - before);
}

/** Backups of forty Pis, five each: the real manifest with other names, signatures and times, and its image. */
async function fill(library: string, image: string): Promise<void> {
  const manifest = JSON.parse(await readFile(`${image}.pikeep.json`, 'utf8'));
  const text = JSON.stringify(manifest);
  const { tableId } = manifest.card.strong;
  for (let index = 1; index < BACKUPS; index++) {
    const pi = index % 40;
    const host = `pi-${pi}`;
    const at = new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
    const name = `${host} ${at.slice(0, 10)} ${at.slice(11, 16).replace(':', '.')}.img`;
    const folder = join(library, host);
    await mkdir(folder, { recursive: true });
    await link(image, join(folder, name));
    const own = JSON.parse(
      text
        .replaceAll(`${tableId}`, pi.toString(16).padStart(8, '0'))
        .replaceAll('"octopi"', JSON.stringify(host)),
    );
    own.image.file = name;
    own.times = { ...own.times, started: at, finished: at };
    for (const system of own.card.strong.fileSystems ?? []) system.uuid = `${system.uuid}-${pi}`;
    await writeFile(join(folder, `${name}.pikeep.json`), JSON.stringify(own));
  }
}
