/** Settings that are gone with whoever holds them: for what is only tried. */

import type { Settings, SettingsStore } from '../platform/settings.ts';

export function settingsInMemory(settings: Settings): SettingsStore {
  let current = settings;
  return {
    get current() {
      return current;
    },
    warning: null,
    file: null,
    reread: () => Promise.resolve(current),
    update(change) {
      current = { ...current, ...(typeof change === 'function' ? change(current) : change) };
      return Promise.resolve(current);
    },
  };
}
