/** The icon in the menu bar: follows the snapshot, and has a menu for the right button. */

import { type Menu, Tray } from 'electron';
import type { Desk } from '../desk/desk.ts';
import type { Deed } from './deed.ts';
import { nativeMenu } from './native-menu.ts';
import { places } from './places.ts';
import { type TrayLook, trayLook } from './tray.ts';
import { trayMenu } from './tray-menu.ts';
import type { Updates } from './updates.ts';

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

/**
 * The left button belongs to the panel, so the menu is not set for good but shown when asked for, as things stand then.
 * A click with the control key is the right button of a mouse that has one; menubar hides the panel on it.
 */
export function addTrayMenu(
  tray: Tray,
  desk: Pick<Desk, 'snapshot'>,
  perform: (deed: Deed) => void,
  onMac: boolean,
  updates: Updates | null,
): void {
  /** Held as long as it may be on the screen. */
  let menu: Menu;
  const popUp = (): void => {
    menu = nativeMenu(trayMenu(desk.snapshot, onMac, updates), perform);
    tray.popUpContextMenu(menu);
  };
  tray.on('right-click', popUp);
  tray.on('click', ({ ctrlKey }) => {
    if (ctrlKey === true && onMac) popUp();
  });
}
