/** Puts together what the app shows of itself, and what its menus do. */

import type { App, Dialog, IpcMain, Shell, Tray } from 'electron';
import type { Desk } from '../desk/desk.ts';
import { currentLocale } from '../language/format.ts';
import { createDoer } from './deed.ts';
import { createFront, type Front } from './front.ts';
import { createFullWindow } from './full-window.ts';
import { connectPanel } from './ipc.ts';
import { setAppMenu } from './native-menu.ts';
import type { PanelWindow } from './panel-window.ts';
import { addTrayMenu } from './tray-icon.ts';
import type { Updates } from './updates.ts';

export interface FrontOptions {
  readonly app: App;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly ipcMain: Pick<IpcMain, 'handle' | 'on'>;
  readonly shell: Pick<Shell, 'openPath' | 'showItemInFolder'>;
  readonly desk: Desk;
  /** What pages show: this desk, or that of the sample card. */
  readonly shown: Desk;
  readonly tray: Tray;
  readonly panel: PanelWindow;
  readonly preload: string;
  /** Where size and place of the window are kept. */
  readonly file: string;
  /** The folder of the images as it is now. */
  readonly library: () => string;
  readonly makeFolder: (path: string) => Promise<void>;
  readonly onMac: boolean;
  /** Null for a copy that has no feed. */
  readonly updates: Updates | null;
}

export function openFront(options: FrontOptions): Front {
  const { app, desk, tray, panel, preload, file, onMac } = options;
  const window = createFullWindow({ app, preload, file });
  const connected = connectPanel({
    ipcMain: options.ipcMain,
    desk: options.shown,
    pages: () => [panel.contents, window.contents].filter((page) => page !== null),
    openOut: (place) => front.openOut(place),
  });
  const front = createFront({ panel, window, tell: connected.tell });
  const perform = createDoer({ ...options, front });
  addTrayMenu(tray, desk, perform, onMac, options.updates);
  followLanguage(desk, () => setAppMenu(perform, onMac));
  return front;
}

/** Now, and whenever another language is chosen. */
function followLanguage(desk: Desk, speak: () => void): void {
  let spoken = '';
  const look = (): void => {
    if (currentLocale() === spoken) return;
    spoken = currentLocale();
    speak();
  };
  look();
  desk.onSnapshot(look);
}
