import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePanel } from '../../src/panel-server/serve-panel.ts';
import { needsTools } from '../support/tools.ts';
import {
  accessibilityProblems,
  type OpenedPage,
  openPage,
  takePicture,
  viewport,
} from './chromium.ts';
import { builtPanel, PageRig, showDesk } from './page-rig.ts';
import { restoreStates } from './restore-states.ts';
import {
  copying,
  done,
  jobOn,
  nothing,
  octopi,
  privacyRefused,
  stick,
  unmountRefused,
} from './samples.ts';
import type { SnapshotDesk } from './snapshot-desk.ts';
import { states } from './states.ts';

const all = { ...states, ...restoreStates };

describe.skipIf(needsTools('chromium'))('the panel in Chromium', () => {
  let rig: PageRig;
  let desk: SnapshotDesk;
  let opened: OpenedPage;

  beforeAll(async () => {
    rig = await PageRig.open();
    ({ desk, opened } = rig);
  });

  afterAll(() => rig?.close());

  async function show(snapshot: typeof nothing): Promise<OpenedPage['page']> {
    return rig.draw(snapshot);
  }

  it.each(Object.keys(all))(
    'has no accessibility problem and fits its window: %s',
    async (name) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await opened.page.emulateMedia({ colorScheme });
        const page = await show(all[name] ?? nothing);
        expect(await accessibilityProblems(page)).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        expect(overflow).toBeLessThanOrEqual(0);
        await takePicture(page, `${name} ${colorScheme}`);
      }
      expect(opened.complaints).toEqual([]);
    },
  );

  it('stays a narrow column in a wide browser window', async () => {
    await opened.page.setViewportSize({ width: 1100, height: 720 });
    const page = await show({ ...nothing, disks: [octopi, stick], jobs: [jobOn(octopi, copying)] });
    const box = await page.getByRole('region', { name: 'HOLIDAY' }).boundingBox();
    expect(box?.width).toBeLessThan(441);
    await takePicture(page, 'wide');
    await opened.page.setViewportSize(viewport);
  });

  it('starts a backup of exactly the card whose button was pressed, also by keyboard', async () => {
    const page = await show({ ...nothing, disks: [octopi, stick] });
    desk.commands.length = 0;
    await page
      .getByRole('region', { name: 'HOLIDAY' })
      .getByRole('button', { name: 'Back up this disk' })
      .click();
    await page.getByRole('button', { name: 'Back up this Pi card' }).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => desk.commands)
      .toEqual([
        { command: 'backup', disk: 'disk5', card: '2-b' },
        { command: 'backup', disk: 'disk4', card: '1-a' },
      ]);
  });

  it('keeps whoever works by keyboard at the card whose button has gone', async () => {
    let page = await show({ ...nothing, disks: [octopi, stick] });
    await page.getByRole('button', { name: 'Back up this disk' }).focus();
    await page.keyboard.press('Enter');
    page = await show({ ...nothing, disks: [octopi, stick], jobs: [jobOn(stick, copying)] });
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    expect(await focused.getAttribute('aria-label')).toBe('Cancel the backup of octopi');
    page = await show({
      ...nothing,
      disks: [octopi, stick],
      jobs: [jobOn(stick, { ...copying, bytes: copying.bytes + 1e9 })],
    });
    expect(await focused.textContent()).toBe('Cancel');
  });

  it('shows how far a backup is, in figures, in words and for a screen reader', async () => {
    const page = await show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, copying)] });
    const bar = page.getByRole('progressbar', { name: 'octopi: Copying the card' });
    expect(await bar.getAttribute('value')).toBe('38');
    for (const words of ['38%', '12.3 GB of 31.9 GB', '88.2 MB/s', 'About 4 minutes left']) {
      expect(await page.getByText(words, { exact: true }).count()).toBe(1);
    }
    expect(await page.getByRole('status').textContent()).toBe(
      'octopi: Copying the card, 30 percent.',
    );
  });

  it('says nothing new to a screen reader until the next tenth', async () => {
    const page = await show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, copying)] });
    const heard: (string | null)[] = [];
    for (const bytes of [12_700_000_000, 12_766_000_000]) {
      await show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, { ...copying, bytes })] });
      heard.push(await page.getByRole('status').textContent());
    }
    expect(heard).toEqual([
      'octopi: Copying the card, 30 percent.',
      'octopi: Copying the card, 40 percent.',
    ]);
  });

  it('cancels, reveals, ejects, dismisses, retries, forces and clears', async () => {
    desk.commands.length = 0;
    let page = await show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, copying)] });
    await page.getByRole('button', { name: 'Cancel the backup of octopi' }).click();
    await page.getByRole('button', { name: 'Stop and keep what is done' }).click();
    await page.getByRole('button', { name: 'Stop and throw it away' }).click();
    page = await show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, done)] });
    await page.getByRole('button', { name: 'Show in folder' }).click();
    await page.getByRole('button', { name: 'Eject', exact: true }).click();
    await page.getByRole('button', { name: 'Dismiss octopi' }).click();
    page = await show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, unmountRefused)] });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Unmount by force' }).click();
    page = await show({ ...nothing, disks: [octopi], jobs: [jobOn(octopi, privacyRefused)] });
    await page.getByRole('button', { name: 'Open Privacy Settings' }).click();
    page = await show(states['leftovers'] ?? nothing);
    // Its card is in, and offers to continue it.
    await page.getByText(/43% done\.$/).waitFor();
    await page.getByRole('button', { name: /^Remove a very long name/ }).click();
    await page.getByRole('button', { name: 'Remove octopi 2026-11-20 09.12.img…' }).click();
    await page.getByText('43% of the card would have to be read again.').waitFor();
    await takePicture(page, 'leftovers asking');
    await page.getByRole('button', { name: 'Keep octopi 2026-11-20 09.12.img' }).click();
    await page.getByRole('button', { name: 'Remove octopi 2026-11-20 09.12.img…' }).click();
    await page.getByRole('button', { name: 'Remove octopi 2026-11-20 09.12.img for good' }).click();
    await page.getByLabel('Eject the card when done').click();
    const job = 'job-1-a';
    await expect
      .poll(() => desk.commands)
      .toEqual([
        { command: 'cancel', job, keep: true },
        { command: 'cancel', job },
        { command: 'reveal', job },
        { command: 'eject', disk: 'disk4', card: '1-a' },
        { command: 'dismiss', job },
        { command: 'retry', job, forceUnmount: false },
        { command: 'retry', job, forceUnmount: true },
        { command: 'open-privacy-settings' },
        {
          command: 'clear-leftover',
          file: '/Users/ann/PiKeep/a very long name for one small Raspberry Pi/x.img.partial',
        },
        {
          command: 'clear-leftover',
          file: '/Users/ann/PiKeep/octopi/octopi 2026-11-20 09.12.img.partial',
        },
        { command: 'set-eject-when-done', value: true },
      ]);
  });

  it('asks for the card of a backup that did not finish while it is out', async () => {
    // What was pressed on the last page is gone with it.
    await show(nothing);
    const page = await show({ ...(states['leftovers'] ?? nothing), disks: [stick] });
    await page.getByText(/43% done\. Put its card in to continue\.$/).waitFor();
  });

  it('offers to continue a backup that did not finish, or to start it again', async () => {
    desk.commands.length = 0;
    let page = await show(states['continue offered'] ?? nothing);
    await page.getByText(/43% is there already/).waitFor();
    await page.getByText(/ 0% is there already/).waitFor();
    const offer = page.getByRole('region', { name: octopi.title });
    await offer.getByRole('button', { name: /^Continue the backup/ }).click();
    await offer.getByText('Other…', { exact: true }).click();
    await offer.getByRole('button', { name: /^Start the backup again/ }).click();
    page = await show(states['failed and kept'] ?? nothing);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByRole('button', { name: /^Continue the backup/ }).click();
    const card = { command: 'backup', disk: 'disk4', card: '1-a' };
    await expect
      .poll(() => desk.commands)
      .toEqual([
        { ...card, continue: true },
        { ...card, continue: false },
        { ...card, continue: true },
      ]);
    page = await show(states['lost in sleep'] ?? nothing);
    await page
      .getByText('What is done is kept: 43% of it. Continue when the card is back.')
      .waitFor();
    expect(await page.getByRole('button', { name: /^Continue/ }).count()).toBe(0);
  });

  it('says for what a backup waits instead of how long it takes', async () => {
    let page = await show(states['reader stalled'] ?? nothing);
    await page.getByText(/has not answered for 40 s\. Leave the card in/).waitFor();
    expect(await page.getByText(/ left$/).count()).toBe(0);
    page = await show(states['disk full'] ?? nothing);
    await page.getByText(/^The disk of your backups is full/).waitFor();
    await page.getByRole('button', { name: 'Cancel the backup of octopi' }).waitFor();
  });

  it('offers no second try while the card is away', async () => {
    const page = await show(states['pulled out'] ?? nothing);
    expect(await page.getByText('The card is gone', { exact: true }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  it('says why a command was refused, until that is read', async () => {
    const page = await show({ ...nothing, disks: [octopi] });
    const problem = {
      code: 'IDENTITY_CHANGED',
      title: 'Another card is in the reader now',
      message: 'Look.',
      next: 'Choose again.',
    };
    desk.reply = { ok: false, problem };
    await page.getByRole('button', { name: 'Back up this Pi card' }).click();
    await page.getByRole('alert').getByText(problem.title).waitFor();
    await takePicture(page, 'command refused');
    await page.getByRole('button', { name: 'Close this message' }).click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    desk.reply = { ok: true };
  });

  it('names hostile labels without believing them', async () => {
    const title = '<img src=x onerror=document.title="owned">'.repeat(3);
    const page = await show({ ...nothing, disks: [{ ...octopi, title, subtitle: title }] });
    expect(await page.getByRole('heading', { name: title }).count()).toBe(1);
    expect(await page.title()).toBe('PiKeep');
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(
      true,
    );
  });

  it('warns on a Mac, and only there, not to initialize the card', async () => {
    await rig.draw({ ...nothing, disks: [octopi] });
    expect(await opened.page.getByText('Initialize').count()).toBe(0);
    const mac = await showDesk(rig.browser, desk, { mac: true });
    try {
      await mac.page.getByText('Initialize').waitFor();
      await takePicture(mac.page, 'offered on a mac');
      desk.show(nothing);
      await mac.page.getByRole('heading', { name: 'Put in a Raspberry Pi card' }).waitFor();
      // In the words, and in the picture of the dialog beside them.
      expect(await mac.page.getByText('Initialize').count()).toBe(2);
      await takePicture(mac.page, 'nothing on a mac');
    } finally {
      await mac.close();
    }
  });

  it('says so when PiKeep has ended behind it', async () => {
    const lonely = await openPage(rig.browser);
    const other = await servePanel(desk, { assets: builtPanel, openBrowser: lonely.openFile });
    await other.close();
    await lonely.page.getByText('PiKeep does not answer').waitFor();
    await takePicture(lonely.page, 'disconnected');
    await lonely.context.close();
  });
});
