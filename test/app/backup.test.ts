import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { patience } from '../support/patience.ts';
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

describe.skipIf(withoutChromium)('a backup from the menu bar', () => {
  it('takes a card from the slot to a proven image: offer, one click, progress, notice, file', async () => {
    const app = await start();
    const page = await app.page();
    await app.until('the tray is idle', showsIcon('idle'));
    expect(app.world.tray?.guid).toMatch(/^[0-9a-f-]{36}$/);
    expect(app.world.dockVisible).toBe(false);
    expect(app.world.windows[0]?.visible).toBe(false);
    await page.screenshot({ path: join(pictures, '1-idle.png') });

    await insertCard(app, 'octopi.img');
    await app.until('the tray shows the card', showsIcon('card'));
    await app.until('it names the card', ({ tray }) =>
      / can be backed up$/.test(tray?.tooltip ?? ''),
    );
    const { notices } = await app.until(
      'the card is announced',
      (world) => world.notices.length === 1,
    );
    expect(notices[0]?.title).toMatch(/ is here$/);
    expect(notices[0]?.body).toMatch(/^Never backed up\. A card of .*; click to back it up\.$/);

    await app.doing('click notice 0');
    await app.until('the panel is open', isOpen);
    const button = page.getByRole('button', { name: 'Back up this Pi card' });
    await button.waitFor();
    await page.screenshot({ path: join(pictures, '2-card.png') });

    const seen = { icons: new Set<string>(), blocked: 0, titles: new Set<string>() };
    app.onWorld((world) => {
      seen.icons.add(world.tray?.icon ?? '');
      seen.titles.add(world.tray?.title ?? '');
      seen.blocked = Math.max(seen.blocked, world.powerBlockers.length);
    });
    await button.click();
    await app.until('the backup is done', showsIcon('done'), 60);
    expect([...seen.icons].some((icon) => icon.startsWith('working-'))).toBe(true);
    expect([...seen.titles].some((title) => /^\d+%$/.test(title))).toBe(true);
    expect(seen.blocked).toBe(1);
    await app.until(
      'the computer may sleep again',
      ({ powerBlockers }) => powerBlockers.length === 0,
    );
    await app.until('no percentage is left', ({ tray }) => tray?.title === '');

    await app.until('the end is announced', (world) => world.notices.length === 2);
    expect(app.world.notices[1]?.title).toMatch(/ is backed up$/);
    expect(app.world.notices[1]?.body).toMatch(/ in .* s, in ~\/PiKeep\//);
    await page.getByText('Backed up and proven', { exact: true }).waitFor();
    await page.screenshot({ path: join(pictures, '4-done.png') });

    await app.doing('click notice 1');
    const { revealed } = await app.until(
      'the file is shown',
      (world) => world.revealed.length === 1,
    );
    const image = await stat(revealed[0] ?? '');
    expect(revealed[0]).toMatch(/\/PiKeep\/[^/]+\/[^/]+ \d{4}-\d\d-\d\d \d\d\.\d\d\.img$/);
    expect(image.mode & 0o777).toBe(0o444);
    expect(image.size).toBe((await stat(join(app.slot, 'octopi.img'))).size);
    expect(app.world.strayRequests).toEqual([]);
    expect(app.complaints).toBe('');

    await app.doing('quit');
    expect(await app.ended).toBe(0);
  }, 120_000);

  it('shows a failure in tray, notice and panel, and goes on working', async () => {
    const app = await start();
    const page = await app.page();
    await insertCard(app, 'octopi.img', 8 * GIB);
    await app.doing('click tray');
    await page.getByRole('button', { name: 'Back up this Pi card' }).click();
    await app.until('it works', showsIcon(/^working-/));
    await app.doing('crash worker');
    await app.until('the tray asks for attention', showsIcon('attention'));
    await app.until('it is told', ({ notices }) =>
      notices.some(({ title }) => / is not backed up$/.test(title)),
    );
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.screenshot({ path: join(pictures, '5-failed.png') });
    await app.until(
      'the computer may sleep again',
      ({ powerBlockers }) => powerBlockers.length === 0,
    );
  }, 60_000);

  it('keeps the panel while the system may ask for a password, and only then', async () => {
    const app = await start();
    const page = await app.page();
    await insertCard(app, 'octopi.img', 8 * GIB);
    await app.doing('click tray');
    await app.until('the panel is open', isOpen);
    await app.doing('hold workers back');
    await page.getByRole('button', { name: 'Back up this Pi card' }).click();
    await app.until('the panel stays in front', ({ windows }) => windows[0]?.alwaysOnTop === true);
    await app.doing('focus another app');
    await page.getByText('Opening').first().waitFor();
    // Longer than the 100 ms after which menubar hides a window that has lost the focus.
    await page.waitForTimeout(300);
    expect(isOpen(app.world)).toBe(true);
    await page.screenshot({ path: join(pictures, '3-opening.png') });

    await app.doing('let worker go on');
    await app.until('it copies', ({ windows }) => windows[0]?.alwaysOnTop === false);
    await app.until('there is progress to look at', ({ tray }) =>
      /^[2-9]\d%$/.test(tray?.title ?? ''),
    );
    await page.screenshot({ path: join(pictures, '3-working.png') });
    await app.doing('come back');
    await app.doing('focus another app');
    await app.until('the panel hides', isClosed);
  }, 60_000);

  it('asks before it quits in the middle of a backup, and keeps what is done to be continued', async () => {
    const app = await start();
    const page = await app.page();
    await insertCard(app, 'octopi.img', 16 * GIB);
    await app.doing('click tray');
    await page.getByRole('button', { name: 'Back up this Pi card' }).click();
    await app.until('it works', showsIcon(/^working-/));

    await app.doing('quit');
    const { dialogs } = await app.until('it asks', (world) => world.dialogs.length === 1);
    expect(dialogs[0]?.message).toMatch(/ is being backed up\.$/);
    expect(dialogs[0]?.buttons).toEqual(['Keep backing up', 'Stop and keep what is done']);
    await app.doing('answer dialog', 0);
    await app.until('it was answered', (world) => world.dialogs[0]?.answered === true);
    expect(app.world.workers).toHaveLength(1);

    await app.doing('quit');
    await app.until('it asks again', (world) => world.dialogs.length === 2);
    // A second Cmd+Q while the question stands asks no second question.
    await app.doing('quit');
    expect(app.world.dialogs).toHaveLength(2);
    const [worker] = app.world.workers;
    await app.doing('answer dialog', 1);
    expect(await app.ended).toBe(0);
    await vi.waitFor(() => expect(existsSync(`/proc/${worker}`)).toBe(false), patience);
    // Where nothing was proven yet, nothing is kept.
    const left = await filesBelow(app.library);
    expect(left.filter((name) => !name.includes('.img.partial'))).toEqual([]);
  }, 60_000);

  it('ends well and without a question when the computer is shut down', async () => {
    const app = await start();
    const page = await app.page();
    await insertCard(app, 'octopi.img', 16 * GIB);
    await app.doing('click tray');
    await page.getByRole('button', { name: 'Back up this Pi card' }).click();
    await app.until('it works', showsIcon(/^working-/));
    const [worker] = app.world.workers;
    expect(await app.doing('shut down')).toBe(true);
    expect(await app.ended).toBe(0);
    expect(app.world.dialogs).toEqual([]);
    await vi.waitFor(() => expect(existsSync(`/proc/${worker}`)).toBe(false), patience);
    const left = await filesBelow(app.library);
    expect(left.filter((name) => !name.includes('.img.partial'))).toEqual([]);
  }, 60_000);
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
