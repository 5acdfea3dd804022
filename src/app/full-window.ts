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

/** Milliseconds that a size or place has to last until it is written down: not in the middle of being dragged. */
const SETTLED_MS = 500;

/** There is one such window at most. */
export function createFullWindow({ app, preload, file }: FullWindowOptions): FullWindow {
  let window: BrowserWindow | null = null;
  let opening: Promise<void> | null = null;
  /** Where it is, or was last; null until it is known. */
  let last: Rectangle | null = null;
  let saving: NodeJS.Timeout | null = null;

  async function make(place: string): Promise<void> {
    last ??= await readWindowPlace(file);
    const nearest = last
      ? screen.getDisplayMatching(last)
      : screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
    const made = new BrowserWindow({
      ...fitWindow(last, nearest.workArea),
      ...smallestWindow,
      title: 'PiKeep',
      show: false,
      webPreferences: lockedPreferences(preload),
    });
    window = made;
    // An app without a Dock icon is in no list of apps and has no menu bar: while it has a window of this kind, it is one.
    void app.dock?.show();
    // Not only when it is closed: an app that quits with its window open ends before that is on the disk.
    const remember = (): void => {
      last = made.getNormalBounds();
      if (saving) clearTimeout(saving);
      saving = setTimeout(save, SETTLED_MS);
    };
    remember();
    made.on('resize', remember);
    made.on('move', remember);
    made.on('closed', () => {
      window = null;
      app.dock?.hide();
      save();
    });
    made.once('ready-to-show', () => made.show());
    await made.loadURL(`${panelUrl}?${IN_WINDOW}#${place}`);
  }

  /** What is still to be saved. */
  function save(): void {
    if (!last || !saving) return;
    clearTimeout(saving);
    saving = null;
    saveWindowPlace(file, last).catch(report);
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
