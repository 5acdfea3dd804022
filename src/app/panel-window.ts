/** The panel under the tray icon. The only file that knows `menubar`. */

import { screen, type Tray, type WebContents } from 'electron';
import { menubar } from 'menubar';
import { letMaterialShine, materialOf } from './native-look.ts';
import { report } from './report.ts';
import { panelUrl } from './scheme.ts';
import { isTrayVisible } from './tray-place.ts';
import { lockedPreferences } from './window-security.ts';

export interface PanelWindow {
  show(): void;
  hide(): void;
  readonly contents: WebContents | null;
  /**
   * Until the returned function is called the panel stays when it loses the focus, as it does to the system's password
   * dialog and to our own dialogs; menubar leaves a window alone that is always on top.
   */
  stay(): () => void;
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
      ...materialOf(process.platform),
      webPreferences: lockedPreferences(preload),
    },
  });
  // menubar opens and closes on every click and on every double click. A double click arrives as a click and a double
  // click (or as two clicks with setIgnoreDoubleClickEvents, Electron's tray_icon_cocoa.mm), so the panel would close
  // right after it has opened: only the first half may count.
  bar.on('before-load', () => {
    if (bar.window) letMaterialShine(bar.window.webContents, process.platform);
  });
  bar.once('create-window', () => tray.removeAllListeners('double-click'));
  // It looks for the place right after this.
  bar.on('show', () => place(bar, tray));
  let staying = 0;
  const pin = (): void => {
    const { window } = bar;
    if (window && !window.isDestroyed() && window.isAlwaysOnTop() !== staying > 0) {
      window.setAlwaysOnTop(staying > 0);
    }
  };
  return {
    show() {
      // A page that crashed stays blank until it is loaded again.
      if (bar.window?.webContents.isCrashed()) bar.window.webContents.reload();
      bar.showWindow().catch(report);
    },
    hide() {
      bar.hideWindow();
    },
    get contents() {
      return bar.window && !bar.window.isDestroyed() ? bar.window.webContents : null;
    },
    stay() {
      staying += 1;
      pin();
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        staying -= 1;
        pin();
      };
    },
  };
}

/** Under the icon, or in the corner where one looks for it when it cannot be seen. Elsewhere than on a Mac menubar knows. */
function place(bar: ReturnType<typeof menubar>, tray: Tray): void {
  if (process.platform !== 'darwin') return;
  const isVisible = isTrayVisible(tray.getBounds(), screen.getAllDisplays());
  bar.setOption('windowPosition', isVisible ? 'trayCenter' : 'topRight');
}
