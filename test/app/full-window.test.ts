import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { RunningApp } from '../support/electron/run-app.ts';
import { patience } from '../support/patience.ts';
import {
  appRig,
  fullWindow,
  inElectron,
  insertCard,
  isClosed,
  isOpen,
  pictures,
  withoutChromium,
} from './rig.ts';

const start = appRig();
/** The stand-in is one. */
const onMac = !inElectron || process.platform === 'darwin';

async function openOut(app: RunningApp, panel: Page): Promise<Page> {
  await app.doing('click tray');
  await app.until('the panel is open', isOpen);
  await panel.getByRole('button', { name: 'Library', exact: true }).click();
  await panel.getByRole('button', { name: 'Open in a window' }).click();
  await app.until('the window is open', (world) => fullWindow(world)?.visible === true);
  return app.pageAt('?window');
}

describe.skipIf(withoutChromium)('the full window', () => {
  it('opens with the page that the panel shows, goes its own way, and remembers its size', async () => {
    const app = await start();
    const panel = await app.page();
    const page = await openOut(app, panel);
    await app.until('the panel has made room', isClosed);
    expect(page.url()).toContain('/index.html?window#library');
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    // There is no second way out.
    expect(await page.getByRole('button', { name: 'Open in a window' }).count()).toBe(0);
    // In the middle of the stand-in's screen.
    if (!inElectron) {
      expect(fullWindow(app.world)).toMatchObject({ size: [1000, 700], position: [220, 112] });
    }
    // While it is there the app is in the list of apps.
    expect(app.world.dockVisible).toBe(onMac);
    await page.screenshot({ path: join(pictures, '6-window.png') });

    await app.doing('resize window', { x: 40, y: 60, width: 900, height: 640 });
    await app.doing('close window');
    await app.until('it is closed', (world) => fullWindow(world) === undefined);
    expect(app.world.dockVisible).toBe(false);
    const again = await openOut(app, panel);
    await again.getByRole('heading', { name: 'Library' }).waitFor();
    expect(fullWindow(app.world)).toMatchObject({ size: [900, 640], position: [40, 60] });
    expect(app.complaints).toBe('');
  }, 60_000);

  it('opens next time as it was when the app was quit', async () => {
    const app = await start();
    await openOut(app, await app.page());
    for (const width of [810, 820, 830]) {
      await app.doing('resize window', { x: 40, y: 60, width, height: 640 });
    }
    const file = join(app.library, '../.config/PiKeep/window.json');
    const saved = () => readFile(file, 'utf8').catch(() => '');
    // Nobody has closed it.
    await expect.poll(saved, patience).toContain('"width":830');
    expect(fullWindow(app.world)?.visible).toBe(true);
    await app.doing('quit');
    expect(await app.ended).toBe(0);
    expect(JSON.parse(await saved())).toEqual({ x: 40, y: 60, width: 830, height: 640 });
  }, 60_000);

  it('is there once, takes part in everything, and is what a second launch and a notice show', async () => {
    const app = await start();
    const panel = await app.page();
    const page = await openOut(app, panel);
    await app.doing('right-click tray');
    await app.doing('choose', 'Open in a window');
    await app.until('it is in front', (world) => fullWindow(world)?.focused === true);
    expect(app.world.windows).toHaveLength(2);

    // Snapshots for both.
    await page.getByRole('button', { name: 'Cards', exact: true }).click();
    await insertCard(app, 'octopi.img');
    for (const one of [page, panel]) {
      await one.getByRole('button', { name: 'Back up this Pi card' }).waitFor();
    }
    await app.doing('press', 'CommandOrControl+L');
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await app.until('the card is announced', ({ notices }) => notices.length === 1);
    await app.doing('minimize window');
    await app.doing('launch again');
    await app.until('it is in front', (world) => fullWindow(world)?.focused === true);
    expect(fullWindow(app.world)?.minimized).toBe(false);
    expect(app.world.windows[0]?.visible).toBe(false);
    await app.doing('focus another app');
    await app.doing('click notice 0');
    await app.until('it is in front', (world) => fullWindow(world)?.focused === true);

    // The page under the icon lives on.
    await app.doing('click tray');
    await app.until('the panel is open', isOpen);
    await panel.getByRole('button', { name: 'Library', exact: true }).click();
    await panel.getByRole('heading', { name: 'Library' }).waitFor();
  }, 60_000);

  it.skipIf(inElectron)(
    'is as locked as the panel, and not obeyed when it speaks from elsewhere',
    async () => {
      const app = await start();
      const page = await openOut(app, await app.page());
      const command = { command: 'look-again' };
      for (const how of ['frame inside', 'foreign page', 'frame that is gone']) {
        expect(await app.doing('forge command', how, command)).toMatchObject({
          problem: { code: 'STRANGER' },
        });
      }
      expect(await app.doing('forge command', 'main frame', command)).toEqual({ ok: true });
      await page.evaluate("location.href = 'https://example.org/'");
      await app.until('the navigation is stopped', ({ preventedNavigations }) =>
        preventedNavigations.includes('https://example.org/'),
      );
      await page.evaluate("void window.open('https://example.org/')");
      await app.until('the window is denied', ({ deniedWindows }) => deniedWindows.length === 1);
      await page.evaluate("window.pikeep.openOut('#x'); window.pikeep.openOut({})");
      expect(await page.evaluate('typeof require')).toBe('undefined');
      expect(app.world.windows).toHaveLength(2);
    },
    60_000,
  );

  it('does without the file of its place, and is loaded again after its page crashed', async () => {
    const app = await start();
    const panel = await app.page();
    await openOut(app, panel);
    await app.doing('close window');
    const file = join(app.library, '../.config/PiKeep/window.json');
    await expect
      .poll(() => readFile(file, 'utf8').catch(() => ''), patience)
      .toContain('"width":1000');
    await rm(file);
    const page = await openOut(app, panel);
    await app.doing('crash page');
    await page.evaluate('document.body.replaceChildren()');
    await app.doing('launch again');
    await page.getByRole('heading', { name: 'Library' }).waitFor();
  }, 60_000);
});
