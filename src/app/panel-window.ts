/** The panel under the tray icon. The only file that knows `menubar`. */

import type { Tray, WebContents } from 'electron';
import { menubar } from 'menubar';
import { report } from './report.ts';
import { panelUrl } from './scheme.ts';
import { lockedPreferences } from './window-security.ts';

export interface PanelWindow {
  show(): void;
  readonly contents: WebContents | null;
  /**
   * While true the panel stays when it loses the focus, as it does to the system's password dialog; menubar leaves a
   * window alone that is always on top.
   */
  keepOpen(stay: boolean): void;
}

export interface PanelWindowOptions {
  readonly tray: Tray;
  readonly preload: string;
  /** What menubar puts on the tray when it takes it over. */
  readonly tooltip: string;
}

/** The page is loaded at once, so that it is there when the panel is first shown. */
export function openPanelWindow({ tray, preload, tooltip }: PanelWindowOptions): PanelWindow {
  const bar = menubar({
    tray,
    index: panelUrl,
    tooltip,
    preloadWindow: true,
    // Handled by the app itself, together with a second launch.
    activateWithApp: false,
    browserWindow: {
      width: 380,
      height: 520,
      resizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      webPreferences: lockedPreferences(preload),
    },
  });
  // menubar opens and closes on every click and on every double click. A double click arrives as a click and a double
  // click (or as two clicks with setIgnoreDoubleClickEvents, Electron's tray_icon_cocoa.mm), so the panel would close
  // right after it has opened: only the first half may count.
  bar.once('create-window', () => tray.removeAllListeners('double-click'));
  return {
    show() {
      // A page that crashed stays blank until it is loaded again.
      if (bar.window?.webContents.isCrashed()) bar.window.webContents.reload();
      bar.showWindow().catch(report);
    },
    get contents() {
      return bar.window && !bar.window.isDestroyed() ? bar.window.webContents : null;
    },
    keepOpen(stay) {
      const { window } = bar;
      if (window && !window.isDestroyed() && window.isAlwaysOnTop() !== stay) {
        window.setAlwaysOnTop(stay);
      }
    },
  };
}
