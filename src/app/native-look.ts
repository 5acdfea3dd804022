/** What pages take from the Mac around them: its accent colour, and in the panel the material of a popover. */

import type { App, BrowserWindowConstructorOptions, WebContents } from 'electron';
import { report } from './report.ts';

/** For a window whose page lets the material shine through. The page still has its own colours where there is none. */
export function materialOf(
  system: NodeJS.Platform,
): Pick<BrowserWindowConstructorOptions, 'vibrancy' | 'visualEffectState' | 'backgroundColor'> {
  if (system !== 'darwin') return {};
  // Active even while the system's dialogs have the focus; a see-through background shows the material (electron.d.ts).
  return { vibrancy: 'popover', visualEffectState: 'active', backgroundColor: '#00000000' };
}

/** Stronger than the page's own `:root`, wherever the sheet lands among the others. */
export const materialCss = ':root:root { --backdrop: transparent; }';

/** `color`: as Electron tells it, RRGGBBAA in hexadecimal; anything else changes nothing. */
export function accentCss(color: string): string {
  const [, rgb] = /^#?([0-9a-f]{6})(?:[0-9a-f]{2})?$/i.exec(color) ?? [];
  return rgb === undefined ? '' : `:root:root { --system-accent: #${rgb}; }`;
}

/** To be called once, before the page of the panel is loaded. */
export function letMaterialShine(contents: WebContents, system: NodeJS.Platform): void {
  if (system !== 'darwin') return;
  contents.on('dom-ready', () => void contents.insertCSS(materialCss).catch(report));
}

/**
 * Every page of the app, now and later, wears the accent colour of the system. It is asked for again whenever the app comes
 * to the front: whoever has changed it has been elsewhere. Elsewhere than on a Mac the page asks its browser.
 */
export function wearAccent(app: App, accent: () => string, system: NodeJS.Platform): void {
  if (system !== 'darwin') return;
  app.on('web-contents-created', (_event, contents) => {
    let worn: { readonly css: string; readonly key: string } | null = null;
    const wear = async (): Promise<void> => {
      const css = accentCss(accent());
      if (contents.isDestroyed() || css === '' || worn?.css === css) return;
      const old = worn;
      worn = { css, key: await contents.insertCSS(css) };
      if (old) await contents.removeInsertedCSS(old.key);
    };
    const look = (): void => void wear().catch(report);
    contents.on('dom-ready', () => {
      // A page that is loaded anew has nothing of it.
      worn = null;
      look();
    });
    app.on('did-become-active', look);
    contents.once('destroyed', () => app.removeListener('did-become-active', look));
  });
}
