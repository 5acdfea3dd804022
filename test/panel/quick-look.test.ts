import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, parseAnswered } from '../../src/contract/panel.ts';
import { needsTools } from '../support/tools.ts';
import { LibraryRig } from './library-rig.ts';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="parent.owned = top.owned = owned = 1">
  <script>parent.owned = top.owned = owned = 1</script>
  <image href="https://example.org/seen" /></svg>`;

function preview(shown: Extract<Answer, { ask: 'preview' }>['shown']): Answer {
  return { ask: 'preview', path: '2:/etc/hosts', bytes: SVG.length, shown, isIncomplete: false };
}

function pictureOf(mediaType: string): Answer {
  const data = Buffer.from(SVG).toString('base64');
  return preview({ kind: 'picture', mediaType, data } as never);
}

it('a picture is never one that can hold a program', () => {
  const taken = (mediaType: string): boolean =>
    parseAnswered({ ok: true, answer: pictureOf(mediaType) }) !== null;
  expect(['image/png', 'image/jpeg', 'image/gif', 'image/webp'].every(taken)).toBe(true);
  expect(['image/svg+xml', 'text/html', 'application/xhtml+xml', ''].some(taken)).toBe(false);
});

describe.skipIf(needsTools('chromium'))('a look at an SVG', () => {
  let rig: LibraryRig;
  beforeAll(async () => {
    rig = await LibraryRig.start();
    rig.page.setDefaultTimeout(30_000);
  }, 120_000);
  afterAll(() => rig?.end());

  const owned = () => rig.page.evaluate("typeof owned === 'undefined' ? 'nobody' : owned");
  const look = async (): Promise<void> => {
    await rig.toFiles();
    await rig.page.getByRole('option', { name: /^etc/ }).dblclick();
    await rig.page.getByRole('option', { name: /^logo/ }).dblclick();
    await rig.page.getByRole('dialog').waitFor();
  };

  it('shows its text, and draws and runs nothing of it', async () => {
    rig.answer({ preview: preview({ kind: 'text', text: SVG, isCut: false }) });
    await look();
    const content = rig.page.getByRole('region', { name: 'Content' });
    expect(await content.textContent()).toBe(SVG);
    expect(await rig.page.locator('dialog image, dialog script').count()).toBe(0);
    expect(await owned()).toBe('nobody');
    expect(rig.opened.complaints).toEqual([]);
  }, 120_000);

  it('draws nothing of one that is called a PNG', async () => {
    await rig.atHome();
    rig.answer({ preview: pictureOf('image/png') });
    await look();
    const picture = rig.page.locator('dialog img');
    await picture.waitFor({ state: 'attached' });
    const drawn = "document.querySelector('dialog img').naturalWidth";
    const isDone = "document.querySelector('dialog img').complete";
    await expect.poll(() => rig.page.evaluate(isDone), { timeout: 30_000 }).toBe(true);
    expect(await rig.page.evaluate(drawn)).toBe(0);
    expect(await owned()).toBe('nobody');
  }, 120_000);
});
