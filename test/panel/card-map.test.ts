import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, type OpenedPage, takePicture } from './chromium.ts';
import { PageRig } from './page-rig.ts';
import { nothing } from './samples.ts';
import { states } from './states.ts';

describe.skipIf(needsTools('chromium'))('the map of a card in Chromium', () => {
  let rig: PageRig;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    rig = await PageRig.open();
    ({ opened } = rig);
    page = opened.page;
  });

  afterAll(() => rig?.close());

  async function show(name: string): Promise<void> {
    await rig.draw(states[name] ?? nothing);
  }

  const name = (text: string) => page.locator('.parts .name').getByText(text, { exact: true });
  const fillOf = (place: number) =>
    page.locator(`.map .of-${place} .region`).evaluate((element) => getComputedStyle(element).fill);

  it('says in words what it shows, how much there is to read and how long that takes', async () => {
    await show('copying');
    const map = page.getByRole('img', { name: /^Map of the card/ });
    expect(await map.getAttribute('aria-label')).toBe(
      'Map of the card. 5.8 of 31.9 GB count as used, 26.2 GB are free and left out. 40 percent of that is copied.',
    );
    for (const words of [
      '5.8 of 31.9 GB to read',
      'About 40 seconds left',
      'copied',
      'to read',
      '26.2 GB free, left out',
    ]) {
      expect(await page.getByText(words, { exact: true }).count()).toBe(1);
    }
    const rows = page.getByRole('list', { name: 'Partitions' }).getByRole('listitem');
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/^bootfs\s+FAT32\s+82.8 of 536.9 MB$/),
      expect.stringMatching(/^rootfs\s+ext\s+5.7 of 31.4 GB$/),
    ]);
  });

  it('fills in the order of the card while it is copied', async () => {
    const squares: number[] = [];
    for (const name of ['map known', 'copying', 'proving']) {
      await show(name);
      const paths = await page
        .locator('.map .copied')
        .evaluateAll((all) => all.map((one) => one.getAttribute('d') ?? ''));
      squares.push(paths.join('').split('M').length - 1);
    }
    const [none, some, all] = squares;
    expect(none).toBe(0);
    expect(some).toBeGreaterThan(10);
    expect(all).toBeGreaterThan(some ?? 0);
  });

  it('tells by keyboard why a partition is copied whole, and marks where it lies', async () => {
    await show('copying many systems');
    const row = page.getByRole('listitem').filter({ hasText: 'btrfs' }).locator('summary');
    expect(await row.getAttribute('title')).toBe('Copied whole: PiKeep does not read btrfs.');
    const before = await fillOf(4);
    for (let tab = 0; tab < 20; tab++) {
      if (await row.evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByText('Copied whole: PiKeep does not read btrfs.').waitFor();
    expect(await fillOf(4)).not.toBe(before);
    expect(await fillOf(5)).toBe(before);
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'map by keyboard');
    // It stays unfolded while the backup goes on.
    await show('copying many systems');
    expect(await page.getByText('Copied whole: PiKeep does not read btrfs.').isVisible()).toBe(
      true,
    );
    await page.keyboard.press('Enter');
  });

  it('marks a partition and its line in the list under the pointer, either way', async () => {
    await show('copying');
    const before = await fillOf(2);
    await name('rootfs').hover();
    expect(await fillOf(2)).not.toBe(before);
    await takePicture(page, 'map under the pointer');
    await page.locator('.map .of-2').hover();
    const marked = await page
      .locator('.parts .of-2')
      .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(marked).not.toBe('rgba(0, 0, 0, 0)');
    await page.mouse.move(0, 0);
    expect(await fillOf(2)).toBe(before);
  });

  it('shows after the backup what was read and what was left out, and the partitions on request', async () => {
    await show('done');
    expect(await page.getByText('5.8 of 31.9 GB read', { exact: true }).count()).toBe(1);
    expect(await page.getByText('26.2 GB free, left out', { exact: true }).count()).toBe(1);
    expect(await name('rootfs').isVisible()).toBe(false);
    await page.getByText('Partitions', { exact: true }).focus();
    await page.keyboard.press('Enter');
    expect(await name('rootfs').isVisible()).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'done with its partitions');
  });

  it('keeps its buttons in view after the backup', async () => {
    await show('done');
    const button = await page.getByRole('button', { name: 'Show in folder' }).boundingBox();
    const footer = await page.getByRole('contentinfo').boundingBox();
    expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThan(footer?.y ?? 0);
  });

  it.each(['light', 'dark'] as const)(
    'can be told apart with increased contrast and with forced colours: %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, contrast: 'more' });
      await show('copying many systems');
      expect(await accessibilityProblems(page)).toEqual([]);
      await takePicture(page, `map with contrast ${colorScheme}`);
      await page.emulateMedia({ colorScheme, contrast: null, forcedColors: 'active' });
      await takePicture(page, `map with forced colours ${colorScheme}`);
      const [copied, wanted] = await Promise.all(
        ['copied', 'wanted'].map((kind) =>
          page.locator(`.map .of-3 .${kind}`).evaluate((element) => getComputedStyle(element).fill),
        ),
      );
      expect(copied).not.toBe(wanted);
      await page.emulateMedia({ colorScheme: 'light', contrast: null, forcedColors: 'none' });
    },
  );
});
