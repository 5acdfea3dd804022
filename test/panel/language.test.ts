/** Every text of the page goes through the language: in marked English all of them stand in marks. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { coachStates } from './coach-states.ts';
import { LibraryRig } from './library-rig.ts';
import { libraryStates } from './library-states.ts';
import { languageAtHand, textsIn, unmarkedTexts } from './marked-page.ts';
import { restoreStates } from './restore-states.ts';
import { nothing } from './samples.ts';
import { states } from './states.ts';

const home = { ...states, ...coachStates, ...restoreStates };

describe.skipIf(needsTools('chromium'))('in marked English', { timeout: 60_000 }, () => {
  let rig: LibraryRig;

  beforeAll(async () => {
    rig = await LibraryRig.start([languageAtHand]);
  }, 60_000);
  afterAll(async () => {
    await rig?.end();
  });
  beforeEach(async () => {
    rig.answer();
    await rig.show(nothing);
    await rig.atHome();
  });

  /** Draws the page anew in marked English. What the desk says is English still: that it came from the desk is enough here. */
  async function loose(): Promise<string[]> {
    await rig.page.evaluate(() => window.speakMarkedEnglish());
    await rig.show(rig.desk.snapshot);
    const data = [...textsIn(rig.desk.snapshot), ...textsIn(rig.desk.answers)];
    const found = await unmarkedTexts(rig.page, data);
    await rig.page.evaluate(() => window.speakEnglish());
    return found;
  }

  it('every text of the cards and of a restore is said', async () => {
    const found: Record<string, string[]> = {};
    for (const [name, snapshot] of Object.entries(home)) {
      await rig.show(snapshot);
      const texts = await loose();
      if (texts.length > 0) found[name] = texts;
    }
    expect(found).toEqual({});
    expect(Object.keys(home).length).toBeGreaterThan(40);
  });

  it.each(Object.entries(libraryStates))(
    'every text of a page is said: %s',
    async (_, { snapshot = nothing, answers = {}, go }) => {
      rig.answer(answers);
      await rig.show(snapshot);
      await go(rig);
      expect(await loose()).toEqual([]);
    },
  );

  it('every text of the help is said', async () => {
    const text = 'PiKeep 0.1.0 on Linux';
    rig.desk.answerTo = () => ({ ok: true, answer: { ask: 'diagnosis', text } });
    await rig.button(/^Help/).click();
    await rig.page.getByText(text).waitFor();
    expect(await loose()).toEqual([]);
  });

  it('a text that is not said is found, wherever it stands', async () => {
    await rig.page.evaluate(() => {
      document.querySelector('main')?.insertAdjacentHTML(
        'beforeend',
        `<p title="In a hint">Shown</p><details>Folded <b>away</b></details><i aria-label="Heard"></i>
         <input placeholder="To be typed"><img alt="Not seen"><p>31.9 GB · <bdi class="safe-name">x.img</bdi></p>`,
      );
    });
    expect(await loose()).toEqual([
      'In a hint',
      'Shown',
      'Folded',
      'away',
      'Heard',
      'To be typed',
      'Not seen',
    ]);
  });
});
