/** Settings that another PiKeep has saved, such as `pikeep protect` in a terminal, count in a running app, too. */

import type { Closable } from '../platform/ports.ts';
import type { SettingsStore } from '../platform/settings.ts';
import type { WatchFolder } from './shelf.ts';

export interface FollowSettingsOptions {
  readonly settings: SettingsStore;
  readonly watchFolder: WatchFolder | null;
  /** They are others now; what is offered may be, too. */
  readonly changed: () => void;
}

/** Null where nobody tells: no folder yet, none at all, or a volume that is silent. */
export function followSettings(options: FollowSettingsOptions): Closable | null {
  const { settings, watchFolder, changed } = options;
  if (settings.folder === null || !watchFolder) return null;
  return watchFolder(settings.folder, () => {
    // What this PiKeep has saved itself it knows already, and says so by giving the same object.
    const before = settings.current;
    void settings.reread().then((now) => now !== before && changed());
  });
}
