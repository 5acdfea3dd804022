/**
 * Settings that another PiKeep has saved, such as `pikeep protect` in a terminal, count in a running app, too; and so does
 * another language, whoever has chosen it.
 */

import { basename, dirname } from 'node:path';
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

export interface FollowedSettings extends Closable {
  /** To be called after a save of our own, which may have made the folder. */
  renew(): void;
}

export function followSettings(options: FollowSettingsOptions): FollowedSettings {
  const ignoreLanguage = onOtherLanguage(() => {
    options.apply({ input: 'language' });
    options.lookAround();
  });
  let watch = watchFile(options);
  return {
    renew() {
      if (watch?.isWatching === false) watch = watchFile(options);
    },
    close: async () => {
      ignoreLanguage();
      await watch?.close();
    },
  };
}

/** Null where there is nothing to watch. Where the folder is not there yet, it does not watch. */
function watchFile(options: FollowSettingsOptions): ReturnType<WatchFolder> | null {
  const { settings, settingsClerk, watchFolder, settingsChanged, lookAround } = options;
  if (settings.file === null || !watchFolder) return null;
  const changed = (): void => {
    // What this PiKeep has saved itself it knows already, and says so by giving the same object.
    const before = settings.current;
    void settings.reread().then(async (now) => {
      if (now === before) return;
      await settingsClerk.followLanguage();
      settingsChanged();
      lookAround();
    });
  };
  return watchFolder(dirname(settings.file), changed, basename(settings.file));
}
