import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { etc, file, hostile, hostileNames, onlyPartitions, pageOf } from './file-samples.ts';
import { LibraryRig } from './library-rig.ts';
import { forget, history, library, manyPis, pi } from './library-samples.ts';
import { report } from './report-samples.ts';
import { nothing } from './samples.ts';

describe.skipIf(needsTools('chromium'))('the pages of the library, by hand', () => {
  let rig: LibraryRig;

  beforeAll(async () => {
    rig = await LibraryRig.start();
  });
  afterEach(async () => {
    expect(rig.opened.complaints).toEqual([]);
    rig.desk.commands.length = 0;
    rig.desk.reply = { ok: true };
    await rig.atHome();
    await rig.show(nothing);
  });
  afterAll(() => rig?.end());

  const focused = () => rig.page.locator(':focus');
  const nodes = () => rig.page.locator('*').count();
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await rig.page.keyboard.press(key);
  };

  it('are walked by keyboard alone, and find again what had the focus', async () => {
    rig.answer();
    await rig.button('Library').focus();
    await press('Enter');
    await rig.page.getByRole('list', { name: 'Pis' }).waitFor();
    // Back, the search, then the first line.
    await press('Tab', 'Tab', 'ArrowDown', 'ArrowDown', 'ArrowUp');
    expect(await focused().textContent()).toContain('pihole');
    await press('Enter');
    await rig.page.getByRole('list', { name: 'Backups' }).waitFor();
    await rig.button(/^Library$/).focus();
    await press('Enter');
    await expect.poll(() => focused().textContent()).toContain('pihole');
  });

  it('build no more than one page of 200 Pis, and of 200 backups', async () => {
    const many = manyPis(200);
    rig.answer({
      library: (query) =>
        query.ask === 'library'
          ? { ...library, pis: many.slice(query.offset, query.offset + query.limit), total: 200 }
          : library,
      pi: (query) => {
        if (query.ask !== 'pi') return pi;
        const backups = Array.from({ length: query.limit }, (_, index) => ({
          ...(history[0] ?? forget.goes[0]),
          backup: `b-${query.offset + index}`,
        }));
        return { ...pi, backups: backups as typeof history, total: 200 };
      },
    });
    await rig.toLibrary();
    await rig.button('Next').waitFor();
    expect(await nodes()).toBeLessThan(1000);
    await rig.button('Next').click();
    await rig.page.getByText('51 to 100 of 200').waitFor();
    expect(await nodes()).toBeLessThan(1000);
    await rig.page.getByRole('list', { name: 'Pis' }).getByRole('button').first().click();
    await rig.page.getByText('1 to 30 of 200').waitFor();
    expect(await nodes()).toBeLessThan(1000);
  });

  it('ask for what is typed, letter by letter, and keep the list until the answer is there', async () => {
    rig.answer();
    await rig.toLibrary();
    await rig.button(/^pihole/).waitFor();
    await rig.page.getByRole('searchbox').pressSequentially('pih');
    const asked = () =>
      rig.desk.questions.flatMap((query) =>
        typeof query === 'object' && query !== null && 'search' in query ? [query.search] : [],
      );
    // One that was given up for the next letter may never have left the browser.
    await expect.poll(() => asked().at(-1)).toBe('pih');
    for (const one of asked()) expect(['', 'p', 'pi', 'pih']).toContain(one);
    expect(await rig.page.getByRole('list', { name: 'Pis' }).count()).toBe(1);
  });

  it('ask again when the library has changed', async () => {
    rig.answer();
    await rig.toLibrary();
    await rig.button(/^pihole/).waitFor();
    rig.answer({ library: { ...library, pis: library.pis.slice(0, 1), total: 1 } });
    await rig.show({ ...nothing, libraryRevision: 7 });
    await expect.poll(() => rig.button(/^pihole/).count()).toBe(0);
  });

  it('set name, note, colour, reminders and rules', async () => {
    rig.answer();
    await rig.toPi();
    for (const fold of ['Name, note and colour', 'Reminders and by itself', 'What to keep']) {
      await rig.page.getByText(fold, { exact: true }).click();
    }
    await rig.page.getByLabel('Name', { exact: true }).fill('  cellar ');
    await press('Tab');
    await rig.page.getByLabel('Note').fill('');
    await press('Tab');
    await rig.page.getByRole('radio', { name: 'none' }).check();
    const days = rig.page.getByLabel('Remind me when its last good backup is older than: days');
    await days.fill('0');
    await press('Tab');
    await days.fill('14');
    await press('Tab');
    await rig.page.getByRole('checkbox', { name: /^Check its newest/ }).click();
    await rig.page.getByRole('checkbox', { name: /^Back it up by itself/ }).click();
    await rig.page.getByLabel('Keep one a week of … weeks').fill('5');
    await press('Tab');
    await rig.page.getByLabel('Keep all of them').check();
    const of = 'pi-1';
    await expect
      .poll(() => rig.desk.commands)
      .toEqual(
        [
          { name: 'cellar' },
          { note: '' },
          { colour: null },
          { remindDays: 14 },
          { verifyEveryDays: 30 },
          { handsFree: true },
          { keep: { last: 3, daily: 7, monthly: 12, weekly: 5 } },
          { keep: null },
        ].map((change) => ({ command: 'pi-set', pi: of, change })),
      );
  });

  it('show the list anew when what was to go is not what is there', async () => {
    rig.answer();
    await rig.toPi();
    await rig.page.getByText('What to keep', { exact: true }).click();
    await rig.button('Show what would go…').click();
    const red = rig.button('Move 3 backups to the Trash');
    await red.waitFor();
    rig.answer({ forget: { ...forget, token: 'forget-2', goes: forget.goes.slice(1) } });
    rig.desk.reply = {
      ok: false,
      problem: { code: 'USAGE', title: 'It has changed', message: 'Look.', next: 'Again.' },
    };
    await red.click();
    await rig.page.getByRole('alert').getByText('It has changed').waitFor();
    rig.desk.reply = { ok: true };
    await rig.button('Move 2 backups to the Trash').click();
    await rig.page.getByRole('list', { name: 'Backups' }).waitFor();
    expect(rig.desk.commands).toEqual([
      { command: 'forget', token: 'forget-1' },
      { command: 'forget', token: 'forget-2' },
    ]);
  });

  it('browse 20,000 files by keyboard with a handful of nodes', async () => {
    rig.answer({
      files: (query) => {
        if (query.ask !== 'files' || query.path === null) return onlyPartitions;
        return pageOf(20_000, query.offset, query.limit);
      },
    });
    await rig.toFiles();
    const list = rig.page.getByRole('listbox');
    await list.focus();
    await press('End');
    await expect.poll(() => rig.page.locator('.entry.active').textContent()).toContain('00499');
    expect(await rig.page.locator('.entry').count()).toBeLessThan(60);
    await press('PageUp', 'ArrowUp', 'Shift+ArrowUp');
    const chosen = rig.page.locator('[role=option][aria-selected=true]');
    expect(await chosen.allTextContents()).toEqual([
      expect.stringContaining('00487'),
      expect.stringContaining('00488'),
    ]);
    await rig.page.keyboard.type('file-00003');
    expect(await rig.page.locator('.entry.active').textContent()).toContain('00003');
    const active = await list.getAttribute('aria-activedescendant');
    expect(await rig.page.locator(`#${active}`).textContent()).toContain('00003');
    await press('Control+a');
    await rig.page.getByText(/chosen: at most 200/).waitFor();
    expect(await rig.button('Save to Downloads').isDisabled()).toBe(true);
    expect(await nodes()).toBeLessThan(1000);
  });

  it('name hostile files without believing them, and save exactly what was chosen', async () => {
    rig.answer({
      files: (query) => (query.ask === 'files' && query.path === null ? onlyPartitions : hostile),
    });
    await rig.toFiles();
    for (const name of hostileNames) {
      const found = rig.page.locator('.file-name').getByText(name, { exact: true });
      // An escape is a node of its own within the name.
      const text = await rig.page.locator('.safe-name').allTextContents();
      expect(text.includes(name) || (await found.count()) > 0, name).toBe(true);
    }
    expect(await rig.page.title()).toBe('PiKeep');
    expect(await rig.page.locator('.files img, .files script').count()).toBe(0);
    const line = rig.page.getByRole('option').nth(1);
    expect(await line.locator('.escape').allTextContents()).toEqual(['\\x0A']);
    await line.click();
    await rig.page
      .getByRole('option')
      .nth(6)
      .click({ modifiers: ['Control'] });
    await rig.button('Save to Downloads').click();
    await expect
      .poll(() => rig.desk.commands)
      .toEqual([
        {
          command: 'save',
          backup: 'b-1',
          paths: [1, 6].map((at) => `2:/home/\\x0Apwn/${hostileNames[at]}`),
        },
      ]);
  });

  it('look into one file after the other without leaving the keys', async () => {
    rig.answer();
    await rig.toFiles();
    rig.answer({ files: etc });
    await rig.page.getByRole('option', { name: /^etc/ }).dblclick();
    await rig.page.getByRole('option', { name: /^hostname/ }).click();
    await press('Space');
    const dialog = rig.page.getByRole('dialog', { name: 'hostname' });
    await dialog.getByText('localhost', { exact: false }).first().waitFor();
    await press('ArrowRight');
    await rig.page.getByRole('dialog', { name: 'hosts' }).waitFor();
    await press('Space');
    await expect.poll(() => rig.page.getByRole('dialog').count()).toBe(0);
    await press('Space');
    await rig.page.getByRole('dialog', { name: 'hostname' }).waitFor();
    await press('Escape');
    await expect.poll(() => rig.page.getByRole('dialog').count()).toBe(0);
  });

  it('say that a search was ended before it had seen everything', async () => {
    const found = { ...etc, isCutOff: true };
    rig.answer({ files: (query) => (query.ask === 'files' && query.search ? found : etc) });
    await rig.toFiles();
    expect(await rig.page.getByText('Searching took too long').count()).toBe(0);
    await rig.page.getByRole('searchbox').fill('host');
    await rig.page.getByText('Searching took too long').waitFor();
  });

  it('restore an image that no manifest speaks of', async () => {
    rig.answer({ report: { ...report, backup: null, pi: null, name: 'of a friend.img' } });
    await rig.toLibrary();
    await rig.button(/3 other images/).click();
    await rig.button(/old card of the greenhouse/).click();
    await rig.button(/^Restore…$/).click();
    await expect
      .poll(() => rig.desk.commands.at(-1))
      .toEqual({ command: 'restore-open', from: { with: 'backup', backup: 'l-2' } });
  });

  it('turn no name of an image around', async () => {
    rig.answer({ files: { ...etc, files: [file('plain.txt')] } });
    await rig.toLibrary();
    await rig.button(/3 other images/).click();
    const name = rig.page.getByText('gmi.exe');
    expect(await name.textContent()).toMatch(/^a\\xE2\\x80\\xAEgmi\.exe/);
  });
});
