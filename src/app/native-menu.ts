/** Menus as Electron wants them: those of the tray icon, and the one of the app. */

import { Menu, type MenuItemConstructorOptions } from 'electron';
import { say } from '../language/say.ts';
import type { Deed } from './deed.ts';
import type { MenuLine } from './tray-menu.ts';

type Doer = (deed: Deed) => void;

export function nativeMenu(lines: readonly MenuLine[], perform: Doer): Menu {
  return Menu.buildFromTemplate(lines.map((line) => item(line, perform)));
}

function item(line: MenuLine, perform: Doer): MenuItemConstructorOptions {
  if (line === 'separator') return { type: 'separator' };
  const label = withoutMnemonic(line.label);
  if (!('deed' in line)) return { label, enabled: false };
  const { deed, accelerator } = line;
  return { label, click: () => perform(deed), ...(accelerator ? { accelerator } : {}) };
}

/** Names come from cards, and "&" in a label marks a key (FixUpWindowsStyleLabel in Electron's electron_menu_controller.mm). */
function withoutMnemonic(label: string): string {
  return label.replaceAll('&', '&&');
}

/**
 * The app's own menu: what its keys do while it is in front, and its menu bar while it has a window. Instead of
 * Electron's, which can reload the page and open the developer tools.
 */
export function setAppMenu(perform: Doer, onMac: boolean): void {
  const settings = item(
    {
      label: say`Settings…`,
      deed: { do: 'show', place: 'settings' },
      accelerator: 'CommandOrControl+,',
    },
    perform,
  );
  const quit = item(
    { label: say`Quit PiKeep`, deed: { do: 'quit' }, accelerator: 'CommandOrControl+Q' },
    perform,
  );
  const help = item({ label: say`PiKeep Help`, deed: { do: 'show', place: 'diagnosis' } }, perform);
  const library = item(
    {
      label: say`Library`,
      deed: { do: 'show', place: 'library' },
      accelerator: 'CommandOrControl+L',
    },
    perform,
  );
  const ofMac: MenuItemConstructorOptions[] = [
    { role: 'about', label: say`About PiKeep` },
    { type: 'separator' },
    settings,
    { type: 'separator' },
    { role: 'hide', label: say`Hide PiKeep` },
    { role: 'hideOthers', label: say`Hide Others` },
    { role: 'unhide', label: say`Show All` },
    { type: 'separator' },
    quit,
  ];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { label: 'PiKeep', submenu: onMac ? ofMac : [settings, { type: 'separator' }, quit] },
      { label: say`Edit`, submenu: editItems() },
      {
        label: say`Window`,
        role: 'window',
        submenu: [
          library,
          { type: 'separator' },
          { role: 'minimize', label: say`Minimize` },
          { role: 'close', label: say`Close` },
        ],
      },
      { label: say`Help`, role: 'help', submenu: [help] },
    ]),
  );
}

/** Without these the keys for copying and pasting do nothing in an app for macOS. */
function editItems(): MenuItemConstructorOptions[] {
  return [
    { role: 'undo', label: say`Undo` },
    { role: 'redo', label: say`Redo` },
    { type: 'separator' },
    { role: 'cut', label: say`Cut` },
    { role: 'copy', label: say`Copy` },
    { role: 'paste', label: say`Paste` },
    { role: 'selectAll', label: say`Select All` },
  ];
}
