import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accentCss, materialCss } from '../../src/app/native-look.ts';
import type { Snapshot } from '../../src/contract/panel.ts';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, type OpenedPage, takePicture } from './chromium.ts';
import { firstTimeStates } from './first-time-states.ts';
import { layoutProblems } from './layout-problems.ts';
import { PageRig } from './page-rig.ts';
import { states } from './states.ts';

/** The panel under the tray icon. */
const panel = { width: 380, height: 520 };
const shown: Readonly<Record<string, Snapshot>> = { ...states, ...firstTimeStates };
/** Those with most of the things that a page can have. */
const rich = ['empty on a mac', 'first card', 'several', 'copying', 'done', 'privacy', 'disk full'];

/** What macOS offers as accent colours (NSColor.controlAccentColor in a light appearance). */
const accents = {
  blue: '#007aff',
  purple: '#a550a7',
  pink: '#f74f9e',
  red: '#ff5257',
  orange: '#f7821b',
  yellow: '#ffc600',
  green: '#62ba46',
  graphite: '#8c8c8c',
};

describe.skipIf(needsTools('chromium'))('the panel fits in', { timeout: 120_000 }, () => {
  let rig: PageRig;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    rig = await PageRig.open({ mac: true });
    ({ opened } = rig);
    page = opened.page;
    await page.setViewportSize(panel);
  }, 120_000);

  afterAll(() => rig?.close());

  beforeEach(async () => {
    await page.emulateMedia({ contrast: null, forcedColors: null, colorScheme: 'light' });
    await look({});
  });

  async function show(name: string): Promise<void> {
    const snapshot = shown[name];
    if (!snapshot) throw new Error(`there is no state ${name}`);
    await rig.draw(snapshot);
  }

  /** Size of text in points, direction of writing, accent colour. */
  async function look({ size = 13, dir = 'ltr', accent = '' }): Promise<void> {
    await page.evaluate(
      (wanted) => {
        const { documentElement: root } = document;
        root.style.fontSize = `${wanted.size}px`;
        root.dir = wanted.dir;
        if (wanted.accent) root.style.setProperty('--system-accent', wanted.accent);
        else root.style.removeProperty('--system-accent');
      },
      { size, dir, accent },
    );
  }

  it.each([11, 16, 24])('text of %i pt is neither cut off nor on other text', async (size) => {
    await look({ size });
    const problems: Record<string, readonly string[]> = {};
    for (const name of Object.keys(shown)) {
      await show(name);
      const found = await layoutProblems(page);
      if (found.length > 0) problems[name] = found;
    }
    expect(problems).toEqual({});
    await show('copying');
    await takePicture(page, `look ${size} pt copying`, { whole: true });
    await show('empty on a mac');
    await takePicture(page, `look ${size} pt empty`, { whole: true });
  });

  it.each([13, 24])('written from right to left it keeps its shape, at %i pt', async (size) => {
    await look({ size, dir: 'rtl' });
    const problems: Record<string, readonly string[]> = {};
    for (const name of Object.keys(shown)) {
      await show(name);
      const found = await layoutProblems(page);
      if (found.length > 0) problems[name] = found;
    }
    expect(problems).toEqual({});
    await show('done');
    await takePicture(page, `look rtl ${size} pt done`, { whole: true });
    const sides = await page.evaluate(() => {
      const [name, figure] = ['.card h2', '.card .picture'].map((one) =>
        document.querySelector(one)?.getBoundingClientRect(),
      );
      return { name: name?.right ?? 0, figure: figure?.left ?? 0 };
    });
    // The picture begins the line, so it stands to the right of the name.
    expect(sides.figure).toBeGreaterThanOrEqual(sides.name);
  });

  it.each(['light', 'dark'] as const)('with more contrast, %s, it is readable', async (scheme) => {
    await page.emulateMedia({ contrast: 'more', colorScheme: scheme });
    for (const name of rich) {
      await show(name);
      expect({ [name]: await accessibilityProblems(page) }).toEqual({ [name]: [] });
    }
    await takePicture(page, `look more contrast ${scheme}`, { whole: true });
  });

  it('in forced colours it is readable', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    for (const name of rich) {
      await show(name);
      expect({ [name]: await accessibilityProblems(page) }).toEqual({ [name]: [] });
    }
    await show('empty on a mac');
    await takePicture(page, 'look forced colours', { whole: true });
  });

  it('takes the accent colour of the system and stays readable with each', async () => {
    const buttons = new Set<string>();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [name, accent] of Object.entries(accents)) {
        await look({ accent });
        await show('first card');
        expect({ [name]: await accessibilityProblems(page) }).toEqual({ [name]: [] });
        buttons.add(
          await page.evaluate(
            () => getComputedStyle(document.querySelector('.primary') ?? document.body).background,
          ),
        );
        if (name === 'yellow') await takePicture(page, `look yellow ${colorScheme}`);
      }
    }
    expect(buttons.size).toBe(2 * Object.keys(accents).length);
  });

  it('lets the material of a Mac shine through, and takes its accent colour from the app', async () => {
    await show('first card');
    const looked = (css: string) =>
      page.evaluate((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet];
        const { background } = getComputedStyle(
          document.querySelector('.primary') ?? document.body,
        );
        const behind = getComputedStyle(document.body).backgroundColor;
        document.adoptedStyleSheets = [];
        return { background, behind };
      }, css);
    const own = await looked('');
    expect(own.behind).not.toBe('rgba(0, 0, 0, 0)');
    const inApp = await looked(`${materialCss}\n${accentCss('FF5257FF')}`);
    expect(inApp.behind).toBe('rgba(0, 0, 0, 0)');
    expect(inApp.background).not.toBe(own.background);
    expect(await looked(accentCss('red; } body { display: none'))).toEqual(own);
  });

  it('nothing moves where less motion is wanted', async () => {
    for (const name of [...rich, 'opening']) {
      await show(name);
      const moving = await page.evaluate(() =>
        document
          .getAnimations()
          .filter(({ playState }) => playState === 'running')
          .map(({ effect }) => (effect as KeyframeEffect).target?.className.toString()),
      );
      expect({ [name]: moving }).toEqual({ [name]: [] });
    }
  });

  it('everything that has the focus shows it', async () => {
    await show('first card');
    const unseen = await page.evaluate(() => {
      const found: string[] = [];
      for (const element of document.querySelectorAll<HTMLElement>('button, summary, input, a')) {
        element.focus({ focusVisible: true } as FocusOptions);
        if (document.activeElement !== element) continue;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        if (outlineStyle === 'none' || outlineWidth === '0px') found.push(element.outerHTML);
      }
      return found;
    });
    expect(unseen).toEqual([]);
  });
});
