/** Keeping the Mac awake, showing a file in Finder, opening a settings pane. */

import { spawn } from 'node:child_process';
import { PiKeepError } from '../../engine/errors.ts';
import type { Desktop } from '../ports.ts';
import { run } from '../run.ts';
import type { MacPlaces } from './tools.ts';

/** The pane where Removable Volumes is switched on for an app. */
export const REMOVABLE_VOLUMES_SETTINGS =
  'x-apple.systempreferences:com.apple.preference.security?Privacy_RemovableVolume';
/** The pane of Full Disk Access. */
export const FULL_DISK_SETTINGS =
  'x-apple.systempreferences:com.apple.preference.security?Privacy_AllFiles';

/** The pane of login items, since macOS 13. */
const LOGIN_ITEMS_SETTINGS = 'x-apple.systempreferences:com.apple.LoginItems-Settings.extension';

/** Everything `openExternal` may ever open. */
const targets: readonly string[] = [
  REMOVABLE_VOLUMES_SETTINGS,
  FULL_DISK_SETTINGS,
  LOGIN_ITEMS_SETTINGS,
];

export function createDesktop(places: MacPlaces): Desktop {
  const { caffeinate, open } = places.tools;
  return {
    keepAwake() {
      // man caffeinate: -i prevents idle sleep, -w ends it with the process of that id, also when that is killed.
      const child = spawn(caffeinate, ['-i', '-w', String(process.pid)], { stdio: 'ignore' });
      // Without the program the Mac may fall asleep; the backup then fails by itself and says why.
      child.on('error', () => {});
      child.unref();
      return {
        release() {
          child.kill();
        },
      };
    },

    async reveal(path) {
      if (!path.startsWith('/'))
        throw new PiKeepError('INTERNAL', { detail: `not absolute: ${path}` });
      await runOpen(open, ['-R', path]);
    },

    async openExternal(target) {
      if (!targets.includes(target))
        throw new PiKeepError('UNSUPPORTED', { what: `opening ${target}` });
      await runOpen(open, [target]);
    },
  };
}

async function runOpen(open: string, args: readonly string[]): Promise<void> {
  const { status, stderr } = await run(open, args);
  if (status === 0) return;
  const detail = stderr.trim() || `ended with status ${status}`;
  throw new PiKeepError('TOOL_FAILED', { tool: 'open', detail });
}
