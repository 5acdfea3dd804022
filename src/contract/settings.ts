/** The settings, as the page of them shows and changes them. */

import * as v from 'valibot';
import { languages } from '../language/languages.ts';
import { bytes, days, id, text } from './fields.ts';

/** In every snapshot. */
export const settingsViewSchema = v.object({
  ejectWhenDone: v.boolean(),
  showOtherExternal: v.boolean(),
  /** Remind of Pis for which nothing else is set; null for never. */
  remindDays: v.nullable(days),
  /** Grows with every change of a setting, also of those that are only asked for. */
  revision: bytes,
  /** What was wrong with their file, until that was read. */
  warning: v.nullable(text),
});

/** What can be changed by a value alone. What is left out stays as it is. */
const changeEntries = {
  format: v.picklist(['img', 'img.gz', 'img.zst']),
  verify: v.picklist(['image', 'card', 'none']),
  ejectWhenDone: v.boolean(),
  remindDays: v.nullable(days),
  showOtherExternal: v.boolean(),
  excludeFromTimeMachine: v.boolean(),
  language: v.picklist(['system', ...languages]),
};

export const settingsCommands = [
  v.strictObject({
    command: v.literal('settings-set'),
    change: v.partial(v.strictObject(changeEntries)),
  }),
  /** Another folder for the backups, as a path; "~" stands for the home folder. */
  v.strictObject({ command: v.literal('library-set'), folder: v.pipe(text, v.minLength(1)) }),
  /** The same, asked for in a dialog of the system. */
  v.strictObject({ command: v.literal('library-choose') }),
  v.strictObject({ command: v.literal('login-item-set'), value: v.boolean() }),
  /** The pane of System Settings where a login item is allowed. */
  v.strictObject({ command: v.literal('open-login-items') }),
  v.strictObject({ command: v.literal('settings-warning-read') }),
] as const;

export const settingsQuery = v.strictObject({ ask: v.literal('settings') });

/** How the system stands to starting PiKeep at login. */
export const loginItemStates = ['on', 'off', 'requires-approval', 'not-found'] as const;

export const settingsAnswer = v.object({
  ask: v.literal('settings'),
  ...changeEntries,
  library: v.object({
    /** As it is set, with the home folder as "~". */
    folder: text,
    /** What is used instead for as long as this PiKeep runs; null where nothing else is. */
    instead: v.nullable(text),
    /** "120 GB free"; empty where nobody knows. */
    free: text,
    /** What speaks against it, in sentences. */
    warnings: v.array(text),
    /** The system has a dialog for choosing another one. */
    canChoose: v.boolean(),
  }),
  /** Elsewhere the setting does nothing. */
  hasTimeMachine: v.boolean(),
  /** Null where PiKeep cannot be started at login by itself. */
  loginItem: v.nullable(v.picklist(loginItemStates)),
  /** One for each mark; a disk may have several. */
  neverTouch: v.array(v.object({ key: text, name: text, by: text })),
  /** Pis that are backed up by themselves. */
  handsFree: v.array(v.object({ pi: id, title: text })),
  moreHandsFree: bytes,
  /** The language that "system" comes to. */
  systemLanguage: v.picklist(languages),
});

export type SettingsChange = v.InferOutput<(typeof settingsCommands)[0]>['change'];
export type LoginItemState = (typeof loginItemStates)[number];
