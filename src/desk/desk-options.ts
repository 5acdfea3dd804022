/** What a desk is made of: the world it works in, and what was asked for when it was started. */

import type { Authorizer, DoorName, Platform } from '../platform/ports.ts';
import type { SettingsStore } from '../platform/settings.ts';
import type { RunTask, StartWorker } from '../worker/run-task.ts';
import type { Clock } from './clock.ts';
import type { ChooseFolder } from './librarian.ts';
import type { SettingsPorts } from './settings-clerk.ts';
import type { WatchFolder } from './shelf.ts';

export interface DeskOptions {
  readonly platform: Platform;
  readonly runTask: RunTask;
  readonly startWorker: StartWorker;
  /** Null where no dialog of the system can be shown. */
  readonly authorizer: Authorizer | null;
  readonly settings: SettingsStore;
  /** Where the panel is shown. */
  readonly where: 'electron' | 'browser';
  /** PiKeep's own version. */
  readonly version: string;
  /** The user's home folder, shown as "~". */
  readonly home: string;
  /** The app that macOS holds responsible for what is opened (`platform/responsible-app.ts`). */
  readonly responsibleApp?: string | null;
  /** The folder that stands in for the card reader; null for the machine's own disks. */
  readonly slot: string | null;
  /** Wins over the library of the settings for as long as this desk lives. */
  readonly library?: string;
  readonly allowDiskImage?: boolean;
  /** Shows the pages of the first start, if they were never seen. If left out: unless a folder stands in for the reader. */
  readonly welcomes?: boolean;
  /** One way of opening only. */
  readonly door?: DoorName | null;
  /** Writes the report for whoever wants to help; if left out, there is none. */
  readonly diagnose?: () => Promise<string>;
  /** Where restores keep what they overwrite, and their reports; this user's own place, if left out. */
  readonly recordsFolder?: string;
  /** Where unpacked images are kept; this user's own place, if left out. */
  readonly cacheFolder?: string;
  /** Where files that are saved go; if left out, nothing can be saved. */
  readonly chooseFolder?: ChooseFolder;
  /** What the page of the settings needs of the world. */
  readonly settingsPorts?: SettingsPorts;
  /** If left out, the library is only looked at from time to time. */
  readonly watchFolder?: WatchFolder;
  readonly clock?: Clock;
  /** Jobs and errands are numbered from here on, so that a page never means one of another desk; 0 if left out. */
  readonly firstNumber?: number;
}
