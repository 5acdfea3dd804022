import { describe, expect, it } from 'vitest';
import { appRig, inElectron, isClosed, isOpen, withoutChromium } from './rig.ts';

const start = appRig();

describe.skipIf(withoutChromium)('PiKeep in the menu bar', () => {
  it('opens and closes with the tray icon, and a double click opens it', async () => {
    const app = await start();
    await app.page();
    await app.doing('click tray');
    const { windows } = await app.until('the panel is open', isOpen);
    // Inside the screen, below the menu bar.
    if (!inElectron) expect(windows[0]?.position).toEqual([1440 - 380, 24]);
    await app.doing('click tray');
    await app.until('the panel is closed', isClosed);
    await app.doing('double-click tray');
    await app.until('the panel is open', isOpen);
  }, 60_000);

  it('has a menu for the right button', async () => {
    const app = await start();
    await app.page();
    await app.doing('right-click tray');
    const { menus } = await app.until('the menu is there', (world) => world.menus.length === 1);
    expect(menus[0]?.map(({ label }) => label)).toEqual([
      ...['Insert a Raspberry Pi card', ''],
      ...['Open PiKeep', 'Open in a window', 'Library', 'Show backup folder', ''],
      ...['Settings…', 'PiKeep Help', '', 'Quit PiKeep'],
    ]);
    await app.doing('choose', 'Show backup folder');
    await app.until('the library is shown', ({ revealed }) => revealed[0] === app.library);
    await app.doing('choose', 'Open PiKeep');
    await app.until('the panel is open', isOpen);
    void app.doing('choose', 'Quit PiKeep').catch(() => undefined);
    expect(await app.ended).toBe(0);
  }, 60_000);

  it('is there once: a second launch shows the first one’s panel and ends', async () => {
    if (!inElectron) {
      const second = await start({ STAND_IN_LOCK: 'taken' });
      expect(await second.ended).toBe(0);
      expect(() => second.world).toThrow('has shown nothing');
    }

    const first = await start();
    await first.page();
    await first.doing('launch again');
    await first.until('the panel is open', isOpen);
    await first.doing('click tray');
    await first.until('the panel is closed', isClosed);
    await first.doing('activate', false);
    await first.until('the panel is open', isOpen);
  }, 60_000);

  it('looks at the disks again after sleep, and loads a page that has crashed again', async () => {
    const app = await start();
    const page = await app.page();
    await app.doing('resume');
    await app.doing('crash page');
    await page.evaluate('document.body.replaceChildren()');
    await app.doing('launch again');
    await page.getByText('Put in a Raspberry Pi card').waitFor();
  }, 60_000);
});
