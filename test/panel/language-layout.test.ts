/** The page in every language, small and large: no word is cut off, nothing goes beyond the window, lines end where they may. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/contract/panel.ts';
import { type Language, languages } from '../../src/language/languages.ts';
import { sayAgain } from '../../src/language/say-again.ts';
import { useEnglish, useLanguage } from '../../src/language/use-language.ts';
import { patience } from '../support/patience.ts';
import { needsTools } from '../support/tools.ts';
import { coachStates } from './coach-states.ts';
import { layoutProblems } from './layout-problems.ts';
import { LibraryRig } from './library-rig.ts';
import { restoreStates } from './restore-states.ts';
import { nothing } from './samples.ts';
import { states } from './states.ts';

const shown: Readonly<Record<string, Snapshot | undefined>> = {
  nothing: states['nothing'],
  done: states['done'],
  'done but incomplete': states['done but incomplete'],
  'disk full': states['disk full'],
  'coach busy': coachStates['coach busy'],
  'restore confirm': restoreStates['restore confirm'],
};
/** CSS pixels of the text: 11 pt, what it is without a wish, 24 pt. */
const sizes = ['11px', '', '24px'];

/** What a desk says; codes and names stay as they are. */
const said = new Set(['title', 'message', 'next', 'text', 'what', 'detail', 'damage', 'steps']);

function inLanguage(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return said.has(key) ? sayAgain(value) : value;
  if (Array.isArray(value)) return value.map((one) => inLanguage(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, one]) => [k, inLanguage(one, k)]));
}

describe.skipIf(needsTools('chromium'))('in every language', { timeout: 120_000 }, () => {
  let rig: LibraryRig;

  beforeAll(async () => {
    rig = await LibraryRig.start();
  }, 120_000);
  afterAll(() => rig?.end());
  afterEach(useEnglish);

  async function speak(language: Language, snapshot: Snapshot): Promise<void> {
    await useLanguage({ language, locale: language });
    const { tool } = snapshot;
    const words = inLanguage(snapshot) as Snapshot;
    await rig.show({ ...words, tool: { ...tool, language, locale: language } });
  }

  async function problems(): Promise<string[]> {
    const found: string[] = [];
    for (const size of sizes) {
      await rig.page.evaluate((one) => {
        document.documentElement.style.fontSize = one;
      }, size);
      found.push(...(await layoutProblems(rig.page)).map((one) => `${size}: ${one}`));
    }
    return found;
  }

  it.each(languages)('%s fits the window', async (language) => {
    const found: Record<string, string[]> = {};
    for (const [name, snapshot] of Object.entries(shown)) {
      await speak(language, snapshot ?? nothing);
      const some = await problems();
      if (some.length > 0) found[name] = some;
    }
    expect(found).toEqual({});
    expect(await rig.page.evaluate(() => document.documentElement.lang)).toBe(language);
  });

  it('changes are sorted by buttons that are read whole', async () => {
    rig.answer();
    await rig.show(nothing);
    await rig.atHome();
    await rig.toReport();
    await rig.button('Compare…').click(patience);
    const filter = rig.page.getByRole('group', { name: 'Which changes' });
    await filter.waitFor(patience);
    for (const language of languages) {
      await speak(language, nothing);
      await rig.page.evaluate(() => {
        document.documentElement.style.fontSize = '11px';
      });
      const cut = await rig.page.evaluate(() =>
        [...document.querySelectorAll('.segments button')]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ textContent }) => textContent),
      );
      expect({ language, cut }).toEqual({ language, cut: [] });
    }
  });

  it('lines of Japanese end between phrases, and text is drawn in the letters of its language', async () => {
    await speak('ja', states['nothing'] ?? nothing);
    const breaks = () =>
      rig.page.evaluate(() => getComputedStyle(document.querySelector('main') ?? document.body));
    expect(await breaks()).toMatchObject({ wordBreak: 'auto-phrase', lineBreak: 'strict' });
    await speak('zh-Hans', states['nothing'] ?? nothing);
    expect(await breaks()).toMatchObject({ wordBreak: 'normal', lineBreak: 'strict' });
  });
});
