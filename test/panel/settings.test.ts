/** The page of the settings with the desk behind it, and with the file that both the app and the command line read. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SettingsPorts } from '../../src/desk/settings-clerk.ts';
import german from '../../src/language/catalogues/de.json' with { type: 'json' };
import { useEnglish } from '../../src/language/use-language.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { createLibraryFolders } from '../../src/platform/library-folder.ts';
import type { LoginItem, TimeMachine } from '../../src/platform/ports.ts';
import { openSettings, type SettingsStore } from '../../src/platform/settings.ts';
import { SlotRig } from '../desk/slot-rig.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, launchChromium, takePicture } from './chromium.ts';
import { type ShownDesk, showDesk } from './page-rig.ts';

describe.skipIf(needsTools('chromium'))('the page of the settings', { timeout: 90_000 }, () => {
  let browser: Browser;
  let folder: string;
  let rig: SlotRig;
  let opened: ShownDesk;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pikeep-page-'));
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await opened?.close();
    await rig?.end();
    useEnglish();
  });

  interface World {
    readonly ports?: SettingsPorts;
    readonly timeMachine?: TimeMachine;
    readonly dark?: boolean;
    readonly settings?: SettingsStore;
  }

  async function open({
    ports = {},
    timeMachine,
    settings,
    dark = false,
  }: World = {}): Promise<void> {
    const host = await createPlatform({ slot: null });
    rig = await SlotRig.startWith({
      settingsPorts: {
        folders: createLibraryFolders(host, '/nonexistent'),
        wishes: () => ['en-GB'],
        ...ports,
      },
      parts: timeMachine ? { timeMachine } : {},
      ...(settings ? { settings } : {}),
    });
    opened = await showDesk(browser, rig.desk, { dark });
    page = opened.page;
    page.setDefaultTimeout(15_000);
  }

  async function toSettings(): Promise<void> {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Kind of image').waitFor();
  }

  /** What the next start of the app, or a command, finds. */
  async function saved(): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(rig.folder, 'settings.json'), 'utf8'));
  }

  const answer = () => page.getByText('Saved', { exact: true });

  it('saves each change at once, says so, and shows what is meant', async () => {
    await open();
    await toSettings();
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'settings', { whole: true });

    await page.getByLabel('Kind of image').selectOption('Packed well (.img.zst)');
    await answer().waitFor();
    await page.getByText('Smallest and quick to open in PiKeep.').waitFor();
    await page.getByLabel('Proof').selectOption('Read the card twice');
    await page.getByLabel('Eject the card when done').check();
    await page.getByLabel('Show other external disks').check();
    await page.getByRole('checkbox', { name: /^Remind me of a Pi/ }).check();
    const days = page.getByLabel(/^Remind me of a Pi .*: days$/);
    await days.fill('45');
    await days.press('Tab');
    await expect.poll(saved, { timeout: 15_000 }).toMatchObject({
      ...{ format: 'img.zst', verify: 'card', ejectWhenDone: true, showOtherExternal: true },
      ...{ remindDays: 45, language: 'system' },
    });
    expect(await accessibilityProblems(page)).toEqual([]);
    // Nothing is offered that this computer does not have.
    expect(await page.getByLabel('Start at login').count()).toBe(0);
    expect(await page.getByLabel(/Time Machine/).count()).toBe(0);

    // The next backup is made so.
    await rig.backUp(await rig.insert('octopi.img'));
    expect((await rig.job('done')).state.image).toMatch(/\.img\.zst$/);
    expect(opened.complaints).toEqual([]);
  });

  it('keeps backups in a folder that is typed, and says what is wrong with another', async () => {
    await open();
    await toSettings();
    const other = join(rig.folder, 'other');
    await writeFile(join(rig.folder, 'a file'), '');
    const change = page.getByRole('button', { name: /^Change…/ });
    await change.click();
    const path = page.getByLabel('Path of the folder');
    for (const [typed, refusal] of [
      ['cards', 'Type the whole path of the folder'],
      [join(rig.folder, 'a file'), 'does not exist'],
      [join(other, 'deep', 'deeper'), 'does not exist'],
    ] as const) {
      await path.fill(typed);
      await path.press('Enter');
      await page.getByRole('alert').getByText(refusal).waitFor();
    }
    await takePicture(page, 'settings folder refused');
    await path.fill(other);
    await page.getByRole('button', { name: 'Use this folder' }).click();
    await answer().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(rig.desk.snapshot.library).toBe(other);
    await rig.backUp(await rig.insert('octopi.img'));
    expect((await rig.job('done')).state.image.startsWith(other)).toBe(true);
  });

  it('starts at login once that is allowed, and leads to where it is', async () => {
    let state: ReturnType<LoginItem['get']> = 'off';
    const loginItem: LoginItem = {
      get: () => state,
      set: (isOn) => {
        state = isOn ? 'requires-approval' : 'off';
      },
    };
    await open({ ports: { loginItem } });
    await toSettings();
    const start = page.getByLabel('Start at login');
    await start.check();
    await page.getByText(/^macOS waits for you to allow it/).waitFor();
    await page.getByRole('button', { name: 'Open Login Items' }).click();
    await expect
      .poll(() => rig.desktop.opened)
      .toEqual(['x-apple.systempreferences:com.apple.LoginItems-Settings.extension']);
    await takePicture(page, 'settings login item', { whole: true });
    // Allowed meanwhile; whoever comes back sees it.
    state = 'on';
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await expect.poll(() => page.getByText(/^macOS waits/).count()).toBe(0);
    expect(await start.isChecked()).toBe(true);
    await start.uncheck();
    await expect.poll(() => state).toBe('off');
  });

  it('leaves the folder out of Time Machine, also when it is another one', async () => {
    const excluded = new Set<string>();
    await open({
      timeMachine: {
        exclude: async (path) => void excluded.add(path),
        include: async (path) => void excluded.delete(path),
      },
    });
    await toSettings();
    await page.getByLabel('Leave the folder out of Time Machine').check();
    await answer().waitFor();
    expect([...excluded]).toEqual([rig.library]);
    const other = join(rig.folder, 'other');
    await rig.desk.command({ command: 'library-set', folder: other });
    expect([...excluded]).toEqual([other]);
    await page.getByLabel('Leave the folder out of Time Machine').uncheck();
    await expect.poll(() => excluded.size).toBe(0);
  });

  it('lists the disks that are never touched and the Pis that are backed up by themselves', async () => {
    await open({ dark: true });
    const card = await rig.insert('octopi.img');
    await rig.backUp(card);
    const { job } = await rig.job('done');
    await rig.desk.command({ command: 'dismiss', job });
    const pi = await vi.waitFor(async () => {
      const query = { ask: 'library', search: '', offset: 0, limit: 5 } as const;
      const answered = await rig.desk.ask({ page: 'a', query }, never);
      const found = answered.ok && answered.answer.ask === 'library' && answered.answer.pis[0];
      if (!found) throw new Error('the library does not have it yet');
      return found.pi;
    }, 15_000);
    await rig.desk.command({ command: 'pi-set', pi, change: { handsFree: true } });
    await rig.desk.command({ command: 'protect', disk: card.disk, card: card.card });
    await toSettings();
    const marks = page.getByRole('list', { name: 'Disks that are never touched' });
    await marks
      .getByText(/^(Disk|Partition table|File system) /)
      .first()
      .waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'settings dark', { whole: true });
    while ((await marks.count()) > 0) {
      const left = await marks.getByRole('button').count();
      await marks.getByRole('button').first().click();
      await expect.poll(() => marks.getByRole('button').count()).toBeLessThan(left);
    }
    expect(await saved()).toMatchObject({ neverTouch: [] });
    await page.getByRole('button', { name: 'octopi' }).click();
    await page.getByText('Name, note and colour').waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Kind of image').waitFor();
    expect(opened.complaints).toEqual([]);
  });

  it('says on the first page that the settings were broken, until that is read', async () => {
    const file = join(folder, 'broken', 'settings.json');
    await mkdir(join(folder, 'broken'));
    await writeFile(file, '{"library": 7}');
    await open({ settings: await openSettings({ file, home: folder }) });
    const notice = page.getByRole('alert');
    await notice.getByText('The settings are as they were at first').waitFor();
    await notice.getByText(`${file}.broken`).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'settings were broken');
    await page.getByRole('button', { name: 'Close this message' }).click();
    await expect.poll(() => notice.count()).toBe(0);
    expect(rig.desk.snapshot.settings.warning).toBeNull();
  });

  it('is opened, changed and left by the keyboard alone', async () => {
    await open();
    await page.keyboard.press('Control+,');
    await page.getByLabel('Kind of image').waitFor();
    const eject = page.getByLabel('Eject the card when done');
    for (let tabs = 0; tabs < 12; tabs += 1) {
      await page.keyboard.press('Tab');
      if (await eject.evaluate((element) => element === document.activeElement)) break;
    }
    await page.keyboard.press('Space');
    await expect.poll(saved).toMatchObject({ ejectWhenDone: true });
    expect(await eject.isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Cards' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
  });

  it('speaks another language at once, here and at the desk, and loads no other', async () => {
    await open();
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await toSettings();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    expect(loaded.filter((url) => url.endsWith('.js'))).toEqual([]);
    const texts: Readonly<Record<string, unknown>> = german;
    const title = typeof texts['Settings'] === 'string' ? texts['Settings'] : 'Settings';
    await page.getByLabel('Language').selectOption('Deutsch');
    await page.waitForFunction(() => document.documentElement.lang === 'de');
    await page.getByRole('heading', { name: title, exact: true }).waitFor();
    expect(rig.desk.snapshot.tool).toMatchObject({ language: 'de', locale: 'de' });
    expect(
      loaded.filter((url) => url.endsWith('.js')).map((url) => url.replace(/.*\//, '')),
    ).toEqual([expect.stringMatching(/^de-/)]);
    await takePicture(page, 'settings in german', { whole: true });
    await page.locator('#setting-language').selectOption('system');
    await page.waitForFunction(() => document.documentElement.lang === 'en');
    await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    expect(rig.desk.snapshot.tool).toMatchObject({ language: 'en', locale: 'en-GB' });
    expect(opened.complaints).toEqual([]);
  });
});

const never = new AbortController().signal;
