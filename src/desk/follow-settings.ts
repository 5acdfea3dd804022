/**
 * Settings that another PiKeep has saved, such as `pikeep protect` in a terminal, count in a running app, too; and so does
 * another language, whoever has chosen it.
 */

import { onOtherLanguage } from '../language/use-language.ts';
import type { Closable } from '../platform/ports.ts';
import type { SettingsStore } from '../platform/settings.ts';
import type { SettingsClerk } from './settings-clerk.ts';
import type { WatchFolder } from './shelf.ts';
import type { DeskInput } from './state.ts';

export interface FollowSettingsOptions {
  readonly settings: SettingsStore;
  readonly settingsClerk: Pick<SettingsClerk, 'followLanguage'>;
  readonly watchFolder: WatchFolder | null;
  readonly settingsChanged: () => void;
  /** At the disks and the library: what is offered may be another thing, or be called something else. */
  readonly lookAround: () => void;
  readonly apply: (input: DeskInput) => void;
}

export function followSettings(options: FollowSettingsOptions): Closable {
  const ignoreLanguage = onOtherLanguage(() => {
    options.apply({ input: 'language' });
    options.lookAround();
  });
  const watch = watchFile(options);
  return {
    close: async () => {
      ignoreLanguage();
      await watch?.close();
    },
  };
}

/** Null where nobody tells: no folder yet, none at all, or a volume that is silent. */
function watchFile(options: FollowSettingsOptions): Closable | null {
  const { settings, settingsClerk, watchFolder, settingsChanged, lookAround } = options;
  if (settings.folder === null || !watchFolder) return null;
  return watchFolder(settings.folder, () => {
    // What this PiKeep has saved itself it knows already, and says so by giving the same object.
    const before = settings.current;
    void settings.reread().then(async (now) => {
      if (now === before) return;
      await settingsClerk.followLanguage();
      settingsChanged();
      lookAround();
    });
  });
}
