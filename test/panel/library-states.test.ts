import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needsTools } from '../support/tools.ts';
import { accessibilityProblems, takePicture, viewport } from './chromium.ts';
import { LibraryRig } from './library-rig.ts';
import { libraryStates } from './library-states.ts';
import { nothing } from './samples.ts';

/** Pages that have another layout where there is room. */
const wide = ['library', 'pi', 'report', 'files in a folder', 'compare', 'forget preview'];

describe.skipIf(needsTools('chromium'))('the pages of the library in Chromium', () => {
  let rig: LibraryRig;

  beforeAll(async () => {
    rig = await LibraryRig.start();
  });
  afterEach(async () => {
    await rig.page.emulateMedia({ contrast: null, colorScheme: 'light' });
    await rig.page.setViewportSize(viewport);
  });
  afterAll(() => rig?.end());

  async function overflow(): Promise<number> {
    return rig.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  }

  it.each(Object.entries(libraryStates))(
    'have no accessibility problem and fit their window: %s',
    async (name, { snapshot = nothing, answers = {}, go }) => {
      await rig.atHome();
      rig.answer(answers);
      await rig.show(snapshot);
      await go(rig);
      for (const colorScheme of ['light', 'dark'] as const) {
        await rig.page.emulateMedia({ colorScheme });
        expect(await accessibilityProblems(rig.page)).toEqual([]);
        expect(await overflow()).toBeLessThanOrEqual(0);
        await takePicture(rig.page, `${name} ${colorScheme}`);
      }
      // Text of 24 points instead of 13 pixels is a window that is so much narrower.
      await rig.page.setViewportSize({
        width: Math.floor((viewport.width * 13) / 24),
        height: 400,
      });
      expect(await overflow()).toBeLessThanOrEqual(0);
      await rig.page.setViewportSize(viewport);
      expect(rig.opened.complaints).toEqual([]);
    },
  );

  it.each(wide)('stand beside the list of Pis in a wide window: %s', async (name) => {
    const state = libraryStates[name];
    await rig.page.setViewportSize({ width: 1180, height: 760 });
    try {
      await rig.atHome();
      rig.answer(state?.answers);
      await rig.show(state?.snapshot ?? nothing);
      await state?.go(rig);
      for (const colorScheme of ['light', 'dark'] as const) {
        await rig.page.emulateMedia({ colorScheme });
        expect(await accessibilityProblems(rig.page)).toEqual([]);
        expect(await overflow()).toBeLessThanOrEqual(0);
        await takePicture(rig.page, `${name} wide ${colorScheme}`);
      }
      const lists = rig.page.getByRole('list', { name: 'Pis' });
      expect(await lists.count()).toBe(1);
    } finally {
      await rig.page.setViewportSize(viewport);
    }
  });

  it.each(['pi', 'report damaged', 'files in a folder', 'compare', 'forget preview'])(
    'keep to the rules with more contrast, and from right to left: %s',
    async (name) => {
      const state = libraryStates[name];
      await rig.atHome();
      rig.answer(state?.answers);
      await rig.show(state?.snapshot ?? nothing);
      await state?.go(rig);
      await rig.page.emulateMedia({ contrast: 'more', colorScheme: 'dark' });
      expect(await accessibilityProblems(rig.page)).toEqual([]);
      await takePicture(rig.page, `${name} contrast`);
      await rig.page.emulateMedia({ contrast: null, colorScheme: 'light' });
      await rig.page.evaluate(() => {
        document.documentElement.dir = 'rtl';
      });
      expect(await overflow()).toBeLessThanOrEqual(0);
      await takePicture(rig.page, `${name} from the right`);
    },
  );
});
