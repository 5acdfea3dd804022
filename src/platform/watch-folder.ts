/** Says when something in a folder changes, as far as the system tells. */

import { type FSWatcher, watch } from 'node:fs';
import type { Closable } from './ports.ts';

/** Changes come in bursts: a backup renames three files. */
const QUIET_MS = 1000;

export interface FolderWatch extends Closable {
  /** False: the system does not tell, so whoever wants to know has to look. */
  readonly isWatching: boolean;
}

/**
 * Calls `onChange` soon after something in the folder has changed; where the system can do that, also in the folders below. With
 * `only`, soon after the file of that name in the folder itself has changed: other programs may write beside it all the time. A
 * folder that is not there, and one on a volume that does not tell, is not watched. Never throws.
 */
export function watchFolder(
  folder: string,
  onChange: () => void,
  only: string | null = null,
): FolderWatch {
  let watcher: FSWatcher | null = null;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    watcher?.close();
    watcher = null;
  };
  const changed = (_: string, name: string | null): void => {
    if (only !== null && name !== null && name !== only) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS);
  };
  try {
    // Below Linux's own watch there is none for a tree; Node would open one for each folder.
    const recursive = process.platform === 'darwin' && only === null;
    watcher = watch(folder, { persistent: false, recursive }, changed);
    watcher.on('error', () => {
      end();
      onChange();
    });
  } catch {
    watcher = null;
  }
  return {
    get isWatching() {
      return watcher !== null;
    },
    async close() {
      end();
    },
  };
}
