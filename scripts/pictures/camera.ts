/** Pictures of a page: the same moment in light and dark, and several of them side by side. */

import type { Browser, Page } from 'playwright-core';
import { viewport } from '../../test/panel/chromium.ts';

export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];
/** One PNG each. */
export type Shot = Readonly<Record<Scheme, Buffer>>;

/** A page as large as the panel. Its fonts are those of this computer. */
export async function openPanelPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    deviceScaleFactor: 2,
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  return page;
}

export async function shoot(page: Page): Promise<Shot> {
  // Where the pointer is, something is highlighted.
  await page.mouse.move(0, 0);
  const shots: Partial<Record<Scheme, Buffer>> = {};
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    shots[colorScheme] = await page.screenshot();
  }
  const { light, dark } = shots;
  if (!light || !dark) throw new Error('two pictures');
  return { light, dark };
}

/** One PNG with the shots from left to right, on nothing. */
export async function sideBySide(
  browser: Browser,
  shots: readonly Shot[],
  scheme: Scheme,
): Promise<Buffer> {
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  try {
    const border = scheme === 'light' ? '#d0d0d5' : '#48484c';
    const images = shots.map(
      (shot) => `<img src="data:image/png;base64,${shot[scheme].toString('base64')}">`,
    );
    await page.setContent(`<style>
      body { margin: 0 }
      main { display: inline-flex; gap: 18px; padding: 2px }
      img { width: ${viewport.width}px; height: ${viewport.height}px; border-radius: 12px; outline: 1px solid ${border} }
    </style><main>${images.join('')}</main>`);
    return await page.locator('main').screenshot({ omitBackground: true });
  } finally {
    await page.close();
  }
}
