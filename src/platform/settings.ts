/** What the user chose: one small JSON file, shared by the app and the command line. */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { errnoOf, PiKeepError } from '../engine/errors.ts';

const MAX_FILE_BYTES = 65536;

const schema = v.object({
  /** The folder of images, an absolute path. */
  library: v.optional(v.pipe(v.string(), v.maxLength(4096), v.check(isAbsolute, 'not absolute'))),
  ejectWhenDone: v.optional(v.boolean()),
  showOtherExternal: v.optional(v.boolean()),
  neverTouch: v.optional(
    v.pipe(
      v.array(
        v.object({
          key: v.pipe(v.string(), v.maxLength(256)),
          name: v.pipe(v.string(), v.maxLength(256)),
        }),
      ),
      v.maxLength(256),
    ),
  ),
});

export interface Settings {
  /** The folder of images, an absolute path. */
  readonly library: string;
  /** Eject a card as soon as its backup is proven. */
  readonly ejectWhenDone: boolean;
  /** Offer external disks that are not cards too; writing one then asks for its name. */
  readonly showOtherExternal: boolean;
  /** Disks that are never offered and never written; `key` is one of `engine/disk-key.ts`, `name` what the user saw. */
  readonly neverTouch: readonly { readonly key: string; readonly name: string }[];
}

export interface SettingsStore {
  readonly current: Settings;
  /** What went wrong while reading the file, in one sentence; null if nothing did. */
  readonly warning: string | null;
  /** Saves and resolves with the new settings. Throws SETTINGS_INVALID when the file cannot be written. */
  update(change: Partial<Settings>): Promise<Settings>;
}

export interface SettingsPlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `$XDG_CONFIG_HOME`; only an absolute path counts (XDG Base Directory Specification). */
  readonly configHome: string | undefined;
}

/** Reads the settings; a missing file means the defaults, a broken one is set aside as `.broken` with a warning. */
export async function openSettings(
  options: { file?: string; home?: string } = {},
): Promise<SettingsStore> {
  const home = options.home ?? homedir();
  const configHome = process.env['XDG_CONFIG_HOME'];
  const file = options.file ?? settingsFile({ platform: process.platform, home, configHome });
  const { settings, warning } = await load(file, {
    library: join(home, 'PiKeep'),
    ejectWhenDone: false,
    showOtherExternal: false,
    neverTouch: [],
  });
  return new FileSettings(file, settings, warning);
}

/** Where the settings lie on this kind of system. */
export function settingsFile({ platform, home, configHome }: SettingsPlace): string {
  if (platform === 'darwin') {
    return join(home, 'Library', 'Application Support', 'PiKeep', 'settings.json');
  }
  const config = configHome && isAbsolute(configHome) ? configHome : join(home, '.config');
  return join(config, 'pikeep', 'settings.json');
}

class FileSettings implements SettingsStore {
  readonly warning: string | null;
  readonly #file: string;
  #current: Settings;
  /** Saves run one after the other, so that the last change is the one that stays. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, current: Settings, warning: string | null) {
    this.#file = file;
    this.#current = current;
    this.warning = warning;
  }

  get current(): Settings {
    return this.#current;
  }

  update(change: Partial<Settings>): Promise<Settings> {
    const saving = this.#last.then(async () => {
      // Another PiKeep may have saved since: what it changed stays.
      const { settings } = await load(this.#file, this.#current);
      const next = { ...settings, ...change };
      await save(this.#file, next);
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
): Promise<{ settings: Settings; warning: string | null }> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { settings: defaults, warning: null };
    const warning = `The settings in ${file} could not be read (${errnoOf(error)}); the defaults are used.`;
    return { settings: defaults, warning };
  }
  const parsed = parse(text);
  if (parsed !== null) {
    const settings: Settings = {
      library: parsed.library ?? defaults.library,
      ejectWhenDone: parsed.ejectWhenDone ?? defaults.ejectWhenDone,
      showOtherExternal: parsed.showOtherExternal ?? defaults.showOtherExternal,
      neverTouch: parsed.neverTouch ?? defaults.neverTouch,
    };
    return { settings, warning: null };
  }
  return { settings: defaults, warning: await setAside(file) };
}

/** Never waits for a pipe, and reads no more than settings can be. */
async function readText(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    // What is no file or too large cannot be settings, and is set aside like any other nonsense.
    return stats.isFile() && stats.size <= MAX_FILE_BYTES ? await handle.readFile('utf8') : '';
  } finally {
    await handle.close();
  }
}

function parse(text: string): v.InferOutput<typeof schema> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  // A list is an object too, and would pass with every setting left out.
  const result = Array.isArray(value) ? null : v.safeParse(schema, value);
  return result?.success ? result.output : null;
}

async function setAside(file: string): Promise<string> {
  const kept = `${file}.broken`;
  try {
    await rename(file, kept);
  } catch (error) {
    return `The settings in ${file} are not valid and could not be set aside (${errnoOf(error)}); the defaults are used.`;
  }
  return `The settings were not valid and are kept as ${kept}; the defaults are used.`;
}

/** Whoever reads the file sees the old or the new content, whole, whatever happens meanwhile. */
async function save(file: string, settings: Settings): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await replace(file, `${JSON.stringify(settings, null, 2)}\n`);
  } catch (error) {
    const detail = `it cannot be written (${errnoOf(error) ?? String(error)})`;
    throw new PiKeepError('SETTINGS_INVALID', { path: file, detail }, { cause: error });
  }
}

async function replace(file: string, text: string): Promise<void> {
  const temporary = join(dirname(file), `.settings-${randomBytes(6).toString('hex')}.json`);
  try {
    await writeSynced(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
