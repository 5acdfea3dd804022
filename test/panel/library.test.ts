import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SlotRig } from '../desk/slot-rig.ts';
import { tool } from '../support/file-systems.ts';
import { patience } from '../support/patience.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, takePicture } from './chromium.ts';
import type { ShownDesk } from './page-rig.ts';
import { slotInChromium } from './slot-in-chromium.ts';

const tools = needsTools('chromium', 'mcopy', 'sfdisk', 'debugfs');

describe.skipIf(tools)('the library, from the page to the files', { timeout: 120_000 }, () => {
  let folder: string;
  let rig: SlotRig;
  let opened: ShownDesk;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-page-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => {
    // The trash of whoever runs the tests stays out of it.
    vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  slotInChromium((shown) => {
    ({ rig, opened, page } = shown);
    page.setDefaultTimeout(patience.timeout);
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const option = (name: RegExp) => page.getByRole('option', { name });
  const backups = () => page.getByRole('list', { name: 'Backups' }).getByRole('button');

  /** Backs up the card, and takes the outcome away. Resolves with the image. */
  async function backUp(card = 'octopi.img'): Promise<string> {
    await rig.backUp(await rig.card(card));
    const { job, state } = await rig.job('done');
    await rig.desk.command({ command: 'dismiss', job });
    return state.image;
  }

  /** Puts a text on the first partition of the card in the slot. */
  async function putFile(name: string, text: string): Promise<void> {
    const card = join(rig.slot, 'octopi.img');
    const source = join(rig.folder, name);
    await writeFile(source, text);
    const { partitiontable } = JSON.parse(`${tool('sfdisk', ['--json', card])}`);
    tool('mcopy', [
      '-o',
      '-i',
      `${card}@@${partitiontable.partitions[0].start * 512}`,
      source,
      '::',
    ]);
  }

  async function toPi(): Promise<void> {
    await button('Library').click();
    await page.getByRole('list', { name: 'Pis' }).getByRole('button').first().click();
    await backups().first().waitFor();
  }

  it('leads from the Pi to its report, to its files, to one saved file', async () => {
    await rig.insert('octopi.img');
    const image = await backUp();
    await toPi();
    await takePicture(page, 'real library 1 pi');
    await backups().first().click();
    await page.getByRole('region', { name: 'Verdict' }).waitFor();
    await button('Check it now').click();
    await page.getByText(/^Checked just now/).waitFor();
    await takePicture(page, 'real library 2 report');
    expect(await accessibilityProblems(page)).toEqual([]);

    await button('Browse files').click();
    await option(/^etc/).waitFor();
    await page.getByRole('listbox').focus();
    // By its name, then into it, as in the Finder.
    await page.keyboard.type('etc');
    await page.keyboard.press('Enter');
    await option(/^hostname/).waitFor();
    await page.keyboard.type('hostname');
    await page.keyboard.press('Space');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('octopi').waitFor();
    await takePicture(page, 'real library 3 quick look');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await button('Save to Downloads').click();
    await page.getByText('Saved 1 file', { exact: true }).waitFor();
    await takePicture(page, 'real library 4 saved');
    const folder = join(rig.folder, 'home', 'Downloads');
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith('hostname'),
    );
    expect(names).toHaveLength(1);
    const { partitiontable } = JSON.parse(`${tool('sfdisk', ['--json', image])}`);
    const offset = partitiontable.partitions[1].start * 512;
    const judged = tool('debugfs', ['-R', 'cat /etc/hostname', `${image}?offset=${offset}`]);
    expect(await readFile(join(folder, names[0] ?? ''), 'utf8')).toBe(`${judged}`);

    await page.getByRole('listbox').focus();
    await page.keyboard.press('Backspace');
    await option(/^etc/).waitFor();
    expect(await page.locator('.entry.active').textContent()).toMatch(/^etc/);
    expect(opened.complaints).toEqual([]);
  });

  it('shows what changed between two backups', async () => {
    await rig.insert('octopi.img');
    await backUp();
    await putFile('news.txt', 'This is new.\n');
    await backUp();
    await toPi();
    await backups().first().click();
    await button('Compare…').click();
    const list = page.getByRole('list', { name: 'Changes' });
    await list.getByText('news.txt').waitFor();
    await takePicture(page, 'real library 5 compared');
    await page.getByRole('button', { name: 'Deleted' }).click();
    await page.getByText('No change of this kind.').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  it('lets backups go that are shown before, and only those', async () => {
    await rig.insert('octopi.img');
    const [oldest, middle, newest] = [await backUp(), await backUp(), await backUp()];
    await toPi();
    await page.getByText('What to keep', { exact: true }).click();
    await page.getByLabel('Keep only some').check();
    const last = page.getByLabel('Keep the newest … backups');
    for (const name of ['a day', 'a week', 'a month']) {
      await page.getByLabel(`Keep one ${name}`).fill('');
      await page.getByLabel(`Keep one ${name}`).press('Tab');
    }
    await last.fill('1');
    await last.press('Tab');
    await button('Show what would go…').click();
    const goes = page.getByRole('region', { name: 'Goes', exact: true });
    await expect.poll(() => goes.getByRole('listitem').count(), patience).toBe(2);
    await takePicture(page, 'real library 6 what goes');
    expect(await accessibilityProblems(page)).toEqual([]);

    // Another backup comes meanwhile, by hand: the list is not the one that was shown any more.
    const copy = newest.replace(/\.img$/, ' copy.img');
    await copyFile(newest, copy);
    await copyFile(`${newest}.pikeep.json`, `${copy}.pikeep.json`);
    const red = button(/^Move 2 backups to the Trash/);
    await red.click();
    await page.getByRole('alert').waitFor();
    expect(await rig.kept()).toContain(oldest.split('/').at(-1));
    await takePicture(page, 'real library 7 stale');
    await rm(copy);
    await rm(`${copy}.pikeep.json`);
    await rig.desk.command({ command: 'library-look' });
    await expect.poll(() => goes.getByRole('listitem').count(), patience).toBe(2);
    await red.click();
    await expect.poll(() => backups().count(), patience).toBe(1);
    await expect
      .poll(async () => (await rig.kept()).filter((name) => name.endsWith('.img')), patience)
      .toEqual([newest.split('/').at(-1)]);
    const trashed = await readdir(join(folder, 'data', 'Trash', 'files'));
    for (const gone of [oldest, middle]) expect(trashed).toContain(gone.split('/').at(-1));
  });

  it('greets a card whose backup it knows, and gives its Pi a name that stays', async () => {
    await rig.insert('octopi.img');
    await backUp();
    await button(/last backed up/).click();
    await page.getByText('Name, note and colour').click();
    await page.getByLabel('Name', { exact: true }).fill('Printer <b>below</b>');
    await page.getByLabel('Name', { exact: true }).press('Tab');
    await page.getByRole('heading', { name: 'Printer <b>below</b>' }).waitFor();
    await page.getByRole('radio', { name: 'teal' }).check();
    await expect.poll(() => page.locator('.page-head .dot-of.teal').count(), patience).toBe(1);
    await takePicture(page, 'real library 8 named');
    await rename(join(rig.slot, 'octopi.img'), join(rig.slot, 'other.img'));
    await rig.card('other.img');
    await button(/Cards/).click();
    await button(/Printer <b>below<\/b>/).waitFor();
    await takePicture(page, 'real library 9 greeted');
  });
});
