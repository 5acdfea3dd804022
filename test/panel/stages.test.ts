import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, type OpenedPage, takePicture } from './chromium.ts';
import { PageRig } from './page-rig.ts';
import { nothing } from './samples.ts';
import type { SnapshotDesk } from './snapshot-desk.ts';
import { states } from './states.ts';

describe.skipIf(needsTools('chromium'))('a card in Chromium, from the offer to the proof', () => {
  let rig: PageRig;
  let desk: SnapshotDesk;

  beforeAll(async () => {
    rig = await PageRig.open();
    ({ desk } = rig);
  });

  afterAll(() => rig?.close());

  async function show(name: string): Promise<OpenedPage['page']> {
    return rig.draw(states[name] ?? nothing);
  }

  it('asks once more before it throws away or keeps what is copied, in the place of the button', async () => {
    desk.commands.length = 0;
    let page = await show('opening');
    const cancel = page.getByRole('button', { name: 'Cancel the backup of octopi' });
    await cancel.click();
    await expect.poll(() => desk.commands).toHaveLength(1);
    page = await show('copying');
    await cancel.focus();
    await page.keyboard.press('Enter');
    await page.getByText('What is copied so far can be kept').waitFor();
    expect(await page.locator(':focus').textContent()).toBe('Keep copying');
    expect(await accessibilityProblems(page)).toEqual([]);
    await takePicture(page, 'second thought');
    await page.keyboard.press('Escape');
    await cancel.waitFor();
    expect(desk.commands).toHaveLength(1);
    await cancel.click();
    await page.getByRole('button', { name: 'Stop and throw it away' }).click();
    await expect.poll(() => desk.commands.at(-1)).toEqual({ command: 'cancel', job: 'job-1-a' });
  });

  it('draws how fast it was, as far as the bar has come, and says it calmly', async () => {
    const page = await show('copying');
    const drawn = page.getByRole('img', { name: 'Speed so far: 39.8 MB/s to 88 MB/s.' });
    const [box, bar] = await Promise.all([
      drawn.locator('.under').boundingBox(),
      page.getByRole('progressbar').boundingBox(),
    ]);
    const share = (box?.width ?? 0) / (bar?.width ?? 1);
    expect(share).toBeGreaterThan(0.37);
    expect(share).toBeLessThan(0.42);
    await show('opening');
    expect(await drawn.count()).toBe(0);
  });

  it('folds away what is not needed at a glance where there are several cards', async () => {
    const page = await show('several');
    const region = page.getByRole('region', { name: 'octopi' });
    const map = region.getByRole('img', { name: /^Map of the card/ });
    expect(await map.isVisible()).toBe(false);
    await region.getByText('5.8 of 31.9 GB to read').click();
    expect(await map.isVisible()).toBe(true);
  });

  it('leads from the backup that is proven to its files', async () => {
    desk.questions.length = 0;
    const page = await show('done');
    await page.getByRole('button', { name: 'Browse' }).click();
    await page.getByRole('button', { name: 'Cards', exact: true }).waitFor();
    await expect
      .poll(() => desk.questions)
      .toContainEqual(expect.objectContaining({ backup: 'b-octopi' }));
    await page.getByRole('button', { name: 'Cards', exact: true }).click();
    await page.getByText('Backed up and proven', { exact: true }).waitFor();
  });

  it('shows where the partitions lie before anything is read, and claims no more', async () => {
    const page = await show('offered');
    await page
      .getByRole('img', { name: 'Map of the card. bootfs: 536.9 MB, Linux: 31.4 GB' })
      .waitFor();
    expect(await page.locator('.sketch .wanted, .sketch .copied').count()).toBe(0);
    const rows = page.getByRole('list', { name: 'Partitions' }).getByRole('listitem');
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/^bootfs\s+FAT\s+536.9 MB$/),
      expect.stringMatching(/^Linux\s+31.4 GB$/),
    ]);
  });
});
