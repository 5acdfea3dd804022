/** Starting at login, through macOS's own list of login items (SMAppService, macOS 13). */

import type { App } from 'electron';
import type { LoginItem } from '../platform/ports.ts';

type Items = Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;

/**
 * Null where Electron has none (electron.d.ts: `@platform darwin,win32`), and for an app that was started from its sources: the
 * item would be Electron's own program, without PiKeep in it.
 */
export function createLoginItem(
  app: Items & Pick<App, 'isPackaged'>,
  platform: NodeJS.Platform,
): LoginItem | null {
  return platform === 'darwin' && app.isPackaged ? new MacLoginItem(app) : null;
}

class MacLoginItem implements LoginItem {
  readonly #app: Items;
  #wasAsked = false;

  constructor(app: Items) {
    this.#app = app;
  }

  get(): ReturnType<LoginItem['get']> {
    const { status, openAtLogin } = this.#app.getLoginItemSettings();
    switch (status) {
      case 'enabled':
        return 'on';
      case 'requires-approval':
        return status;
      case 'not-found':
        // An app that was never an item may be called so, too; it is a problem only once it was to be one.
        return this.#wasAsked ? status : 'off';
      case 'not-registered':
        return 'off';
      default:
        return openAtLogin ? 'on' : 'off';
    }
  }

  set(isOn: boolean): void {
    this.#wasAsked = isOn;
    this.#app.setLoginItemSettings({ openAtLogin: isOn });
  }
}
