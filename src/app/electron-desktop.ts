/** The desktop as Electron reaches it: no child process, and under the app's own name. */

import { type PowerSaveBlocker, powerSaveBlocker, type Shell, shell } from 'electron';
import { PiKeepError } from '../engine/errors.ts';
import type { Desktop } from '../platform/ports.ts';

export function createElectronDesktop(
  system: {
    powerSaveBlocker: Pick<PowerSaveBlocker, 'start' | 'stop'>;
    shell: Pick<Shell, 'showItemInFolder' | 'openExternal'>;
  } = { powerSaveBlocker, shell },
): Desktop {
  return {
    keepAwake() {
      // Keeps the computer awake, not the screen; a closed lid wins over it (electron.d.ts, powerSaveBlocker.start).
      const id = system.powerSaveBlocker.start('prevent-app-suspension');
      let released = false;
      return {
        release() {
          if (!released) system.powerSaveBlocker.stop(id);
          released = true;
        },
      };
    },
    async reveal(path) {
      system.shell.showItemInFolder(path);
    },
    async openExternal(target) {
      // Whatever this opens is started with the user's rights, so only panes of System Settings are let through.
      if (!/^x-apple\.systempreferences:com\.apple\.[A-Za-z0-9.?_-]+$/.test(target)) {
        throw new PiKeepError('UNSUPPORTED', { what: `opening ${target}` });
      }
      await system.shell.openExternal(target);
    },
  };
}
