import { defaultSettings, type Settings } from '../../src/platform/settings-schema.ts';

/** The settings as nobody has touched them, but for `change`. */
export function someSettings(change: Partial<Settings> = {}): Settings {
  return { ...defaultSettings('/home/ann'), ...change };
}
