/** The icon in the menu bar: follows the snapshot, and has a menu for the right button. */

import { mkdir } from 'node:fs/promises';
import { app, Menu, shell, Tray } from 'electron';
import type { Desk } from '../desk/desk.ts';
import { places } from './places.ts';
import { report } from './report.ts';
import { type TrayLook, trayLook } from './tray.ts';

/** Made up for this app and never to be changed: by it macOS remembers where the user has put the icon. */
const TRAY_ID = '6f1c2c7e-0a4b-4f0e-9a53-5d1f6b7f3c21';

export function createTray(): Tray {
  return new Tray(places.trayIcon('idle'), TRAY_ID);
}

/** Keeps icon, tooltip and title as `trayLook` says. Returns its own unsubscribe. */
export function followDesk(tray: Tray, desk: Desk): () => void {
  let shown: TrayLook = { icon: '', tooltip: '', title: '' };
  const show = () => {
    const look = trayLook(desk.snapshot);
    if (look.icon !== shown.icon) tray.setImage(places.trayIcon(look.icon));
    if (look.tooltip !== shown.tooltip) tray.setToolTip(look.tooltip);
    if (look.title !== shown.title) tray.setTitle(look.title, { fontType: 'monospacedDigit' });
    shown = look;
  };
  show();
  return desk.onSnapshot(show);
}

/** The left button belongs to the panel, so the menu is not set for good but shown when asked for. */
export function addTrayMenu(
  tray: Tray,
  panel: { readonly show: () => void },
  library: () => string,
): void {
  const showLibrary = async () => {
    await mkdir(library(), { recursive: true });
    const problem = await shell.openPath(library());
    if (problem !== '') report(problem);
  };
  const menu = Menu.buildFromTemplate([
    { label: 'Open PiKeep', click: () => panel.show() },
    { label: 'Show backups', click: () => void showLibrary().catch(report) },
    { type: 'separator' },
    { label: 'Quit PiKeep', accelerator: 'CommandOrControl+Q', click: () => app.quit() },
  ]);
  tray.on('right-click', () => tray.popUpContextMenu(menu));
}
