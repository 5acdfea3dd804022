/** What the user chose: one small JSON file, shared by the app and the command line. */

import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { english } from '../language/english.ts';
import { say } from '../language/say.ts';
import { readSettingsText, saveSettings, setAside, settingsFile } from './settings-file.ts';
import {
  defaultSettings,
  parseSettings,
  type ReadSettings,
  type Settings,
} from './settings-schema.ts';

export {
  languageChoices,
  MAX_REMIND_DAYS,
  type Settings,
  verifyChoices,
} from './settings-schema.ts';
export { followTimeMachine } from './time-machine.ts';

/** What was wrong with the file; the settings are the defaults then. */
export type SettingsWarning =
  | { readonly is: 'unreadable'; readonly file: string; readonly errno: string }
  /** Not valid, and left where it is. */
  | { readonly is: 'in the way'; readonly file: string; readonly errno: string }
  | { readonly is: 'set aside'; readonly kept: string };

export type SettingsChange = Partial<Settings> | ((now: Settings) => Partial<Settings>);

export interface SettingsStore {
  readonly current: Settings;
  /** Null if nothing went wrong while reading the file. */
  readonly warning: SettingsWarning | null;
  /**
   * Saves and resolves with the new settings. `change` is made of them as they are in the file, where it depends on them.
   * Throws SETTINGS_INVALID when the file cannot be written or could not be read again; and when it is there and cannot be read
   * now, because the marks "never touch" in it would be lost.
   */
  update(change: SettingsChange): Promise<Settings>;
  /** Its path; null for settings without a file. */
  readonly file: string | null;
  /**
   * As they are in the file by now, since another PiKeep may have saved; the very same object where nothing is different. A
   * file that cannot be read or is not valid changes nothing. Never rejects.
   */
  reread(): Promise<Settings>;
}

/** Those of a file. */
export interface KeptSettings extends SettingsStore {
  readonly file: string;
}

/** Reads the settings; a missing file means the defaults, a broken one is set aside as `.broken` with a warning. */
export async function openSettings(
  options: { file?: string; home?: string } = {},
): Promise<KeptSettings> {
  const home = options.home ?? homedir();
  const configHome = process.env['XDG_CONFIG_HOME'];
  const file = options.file ?? settingsFile({ platform: process.platform, home, configHome });
  const { settings, warning } = await load(file, defaultSettings(home));
  return new FileSettings(file, settings, warning);
}

/** In one or two sentences. */
export function settingsWarningWords(warning: SettingsWarning): string {
  switch (warning.is) {
    case 'unreadable':
      return say`The settings in ${warning.file} could not be read (${warning.errno}); the defaults are used.`;
    case 'in the way':
      return say`The settings in ${warning.file} are not valid and could not be set aside (${warning.errno}); the defaults are used.`;
    case 'set aside':
      return say`The settings were not valid and are kept as ${warning.kept}; the defaults are used.`;
  }
}

class FileSettings implements KeptSettings {
  readonly warning: SettingsWarning | null;
  readonly file: string;
  #current: Settings;
  /** Saves run one after the other, so that the last change is the one that stays. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, current: Settings, warning: SettingsWarning | null) {
    this.file = file;
    this.#current = current;
    this.warning = warning;
  }

  get current(): Settings {
    return this.#current;
  }

  reread(): Promise<Settings> {
    const reading = this.#last.then(async () => {
      const text = await readSettingsText(this.file).catch(() => '');
      const found = parseSettings(text, this.#current)?.settings;
      if (found && !isDeepStrictEqual(found, this.#current)) this.#current = found;
      return this.#current;
    });
    this.#last = reading;
    return reading;
  }

  update(wanted: SettingsChange): Promise<Settings> {
    const saving = this.#last.then(async () => {
      // Another PiKeep may have saved since: what it changed stays, and so does what only a newer one understands.
      const { settings, content, warning } = await load(this.file, this.#current);
      if (warning?.is === 'unreadable') {
        const detail = english`it cannot be read (${warning.errno})`;
        throw new PiKeepError('SETTINGS_INVALID', { path: this.file, detail });
      }
      const change = typeof wanted === 'function' ? wanted(settings) : wanted;
      const next = { ...settings, ...change };
      await saveSettings(this.file, { ...settings, ...content, ...change }, (text) => {
        return parseSettings(text, settings) !== null;
      });
      this.#current = next;
      return next;
    });
    this.#last = saving.catch(() => undefined);
    return saving;
  }
}

async function load(
  file: string,
  defaults: Settings,
): Promise<ReadSettings & { readonly warning: SettingsWarning | null }> {
  const nothing = { settings: defaults, content: {} };
  let text: string;
  try {
    text = await readSettingsText(file);
  } catch (error) {
    const errno = errnoOf(error) ?? String(error);
    return { ...nothing, warning: errno === 'ENOENT' ? null : { is: 'unreadable', file, errno } };
  }
  const read = parseSettings(text, defaults);
  if (read) return { ...read, warning: null };
  return setAside(file).then(
    (kept) => ({ ...nothing, warning: { is: 'set aside' as const, kept } }),
    (error: unknown) => {
      const errno = errnoOf(error) ?? String(error);
      return { ...nothing, warning: { is: 'in the way' as const, file, errno } };
    },
  );
}
