/** The window that a page opens out to where there is much to see. The same page as in the panel, and as locked. */

import { type App, BrowserWindow, type Rectangle, screen, type WebContents } from 'electron';
import { IN_WINDOW } from '../contract/told.ts';
import { report } from './report.ts';
import { panelUrl } from './scheme.ts';
import { fitWindow, readWindowPlace, saveWindowPlace, smallestWindow } from './window-place.ts';
import { lockedPreferences } from './window-security.ts';

export interface FullWindow {
  /** Opens it at a place (`contract/told.ts`). Where it is open already, false: its page has to be told. */
  open(place: string): Promise<boolean>;
  /** Brings it to the front; false when it is not open. */
  show(): boolean;
  readonly contents: WebContents | null;
}

export interface FullWindowOptions {
  readonly app: Pick<App, 'dock'>;
  readonly preload: string;
  /** Where its size and place are kept. */
  readonly file: string;
}

/** There is one such window at most. */
export function createFullWindow({ app, preload, file }: FullWindowOptions): FullWindow {
  let window: BrowserWindow | null = null;
  let opening: Promise<void> | null = null;

  async function make(place: string): Promise<void> {
    const saved = await readWindowPlace(file);
    const nearest = saved
      ? screen.getDisplayMatching(saved)
      : screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
    const made = new BrowserWindow({
      ...fitWindow(saved, nearest.workArea),
      ...smallestWindow,
      title: 'PiKeep',
      show: false,
      webPreferences: lockedPreferences(preload),
    });
    window = made;
    // An app without a Dock icon is in no list of apps and has no menu bar: while it has a window of this kind, it is one.
    void app.dock?.show();
    let last: Rectangle = made.getBounds();
    const remember = () => {
      last = made.getNormalBounds();
    };
    made.on('resize', remember);
    made.on('move', remember);
    made.on('closed', () => {
      window = null;
      app.dock?.hide();
      saveWindowPlace(file, last).catch(report);
    });
    made.once('ready-to-show', () => made.show());
    await made.loadURL(`${panelUrl}?${IN_WINDOW}#${place}`);
  }

  function show(): boolean {
    if (!window || window.isDestroyed()) return false;
    // A page that crashed stays blank until it is loaded again.
    if (window.webContents.isCrashed()) window.webContents.reload();
    if (window.isMinimized()) window.restore();
    window.show();
    return true;
  }

  return {
    show,
    async open(place) {
      await opening;
      if (show()) return false;
      opening = make(place).finally(() => {
        opening = null;
      });
      await opening;
      return true;
    },
    get contents() {
      return window && !window.isDestroyed() ? window.webContents : null;
    },
  };
}
