import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunningApp } from '../support/electron/run-app.ts';
import type { World } from '../support/electron/world.ts';
import {
  appRig,
  GIB,
  insertCard,
  isClosed,
  isOpen,
  pictures,
  showsIcon,
  withoutChromium,
} from './rig.ts';

const start = appRig();

/** What the menu of the tray offers now. */
async function menuLabels(app: RunningApp): Promise<string[]> {
  const { length } = app.world.menus;
  await app.doing('right-click tray');
  const { menus } = await app.until('the menu is there', (world) => world.menus.length > length);
  return menus.at(-1)?.map(({ label }) => label) ?? [];
}

const titles = ({ notices }: World): string[] => notices.map(({ title }) => title);
const announced = (pattern: RegExp) => (world: World) =>
  titles(world).some((title) => pattern.test(title));

describe.skipIf(withoutChromium)('what is asked for outside of the pages', () => {
  it('backs up, stops after a second thought, and ejects from the menu of the tray', async () => {
    const app = await start();
    const page = await app.page();
    await insertCard(app, 'octopi.img', 16 * GIB);
    await app.until('the tray shows the card', showsIcon('card'));
    const backUp = (await menuLabels(app)).find((label) => label.startsWith('Back up '));
    expect(backUp).toMatch(/^Back up \S/);
    await app.doing('choose', backUp);
    await app.until('it works', showsIcon(/^working-/));

    const stop = (await menuLabels(app)).find((label) => label.startsWith('Stop backing up '));
    expect(app.world.menus.at(-1)?.[0]).toMatchObject({
      enabled: false,
      label: expect.stringMatching(/: \d+%$/),
    });
    await app.doing('click tray');
    await app.until('the panel is open', isOpen);
    await app.doing('choose', stop);
    await app.until('it asks', ({ dialogs }) => dialogs.length === 1);
    // A dialog of our own takes the focus and leaves the panel.
    await app.doing('focus another app');
    await page.waitForTimeout(300);
    expect(isOpen(app.world)).toBe(true);
    await app.doing('answer dialog', 0);
    await app.until('it was answered', ({ dialogs }) => dialogs[0]?.answered === true);
    expect(app.world.workers).toHaveLength(1);

    await app.doing('choose', stop);
    await app.until('it asks again', ({ dialogs }) => dialogs.length === 2);
    expect(app.world.dialogs[1]?.buttons).toEqual([
      'Keep backing up',
      'Stop and keep what is done',
    ]);
    await app.doing('answer dialog', 1);
    await app.until('nothing runs any more', ({ workers }) => workers.length === 0);
    const offered = await menuLabels(app);
    expect(offered.some((label) => /^(Back up|Continue the backup of) /.test(label))).toBe(true);
    const eject = offered.find((label) => label.startsWith('Eject '));
    await app.doing('choose', eject);
    await expect
      .poll(() => menuLabels(app), { timeout: 20_000 })
      .not.toContainEqual(expect.stringMatching(/^Eject /));
    expect(app.complaints).toBe('');
  }, 60_000);

  it('says on the page what a menu or a notice came to when its card is gone meanwhile', async () => {
    const app = await start();
    const page = await app.page();
    await insertCard(app, 'octopi.img');
    await app.until('the card is announced', ({ notices }) => notices.length === 1);
    expect(app.world.notices[0]).toMatchObject({ actions: ['Back up'], closed: false });
    const eject = (await menuLabels(app)).find((label) => label.startsWith('Eject '));
    await rm(join(app.slot, 'octopi.img'));
    await app.until('the tray is idle', showsIcon('idle'));

    await app.doing('choose', eject);
    await app.until('the panel is open', isOpen);
    const problem = page.getByRole('alert');
    await problem.getByText('The card is gone').waitFor();
    await page.screenshot({ path: join(pictures, '7-refused.png') });
    await problem.getByRole('button').click();
    await problem.waitFor({ state: 'detached' });
    await app.doing('focus another app');
    await app.until('the panel is closed', isClosed);

    await app.doing('press on notice 0', 'Back up');
    await app.until('the panel is open', isOpen);
    await problem.waitFor();
    expect(app.world.workers).toEqual([]);
  }, 60_000);

  it('has one notice for a card at a time, whose buttons back up, show the file and eject', async () => {
    const app = await start();
    const page = await app.page();
    await insertCard(app, 'octopi.img');
    await app.until('the card is announced', ({ notices }) => notices.length === 1);
    await app.doing('press on notice 0', 'Back up');
    await app.until('the end is announced', announced(/ is backed up$/), 60);
    const [first, last] = app.world.notices;
    expect(app.world.notices).toHaveLength(2);
    expect(first).toMatchObject({ id: last?.id, groupId: last?.groupId, closed: true });
    expect(last).toMatchObject({ actions: ['Show file', 'Eject'], closed: false });
    // A button counts once, and the click after it not at all.
    await app.doing('press on notice 1', 'Eject');
    await expect
      .poll(() => menuLabels(app), { timeout: 20_000 })
      .not.toContainEqual(expect.stringMatching(/^Eject /));
    await app.doing('click notice 1');
    expect(app.world.revealed).toEqual([]);
    await page.getByText('Backed up and proven', { exact: true }).first().waitFor();
    expect(titles(app.world)).toHaveLength(2);
  }, 60_000);

  it('opens its settings by the usual key, and the pages of its menus, in the panel', async () => {
    const app = await start();
    const page = await app.page();
    await app.doing('press', 'CommandOrControl+,');
    await app.until('the panel is open', isOpen);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.screenshot({ path: join(pictures, '8-settings.png') });
    await menuLabels(app);
    await app.doing('choose', 'PiKeep Help');
    await page
      .getByRole('heading', { name: /report/i })
      .first()
      .waitFor();
    await app.doing('choose', 'Library');
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await page.getByRole('button', { name: 'Open in a window' }).waitFor();
    await page.screenshot({ path: join(pictures, '9-open-out.png') });
    const { appMenu } = app.world;
    const roles = appMenu.flatMap(({ items }) => items.map(({ role }) => role));
    // Nobody reloads the page by a key, or looks behind it.
    expect(roles.filter((role) => /reload|devtools|zoom/i.test(role))).toEqual([]);
    expect(roles).toEqual(expect.arrayContaining(['copy', 'paste', 'selectAll', 'close']));
  }, 60_000);

  it('looks again at cards that were refused when the app comes to the front', async () => {
    const app = await start();
    await app.page();
    await app.doing('become active');
    await app.doing('activate', false);
    await app.until('the panel is open', isOpen);
    await insertCard(app, 'octopi.img');
    await app.until('the tray shows the card', showsIcon('card'));
    expect(app.complaints).toBe('');
  }, 60_000);
});
