/** The file of the settings: where it lies, and how it is read and replaced whole. */

import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { readSmallFile } from './small-file.ts';

/** The longest list of disks, each letter of it escaped, is not longer. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface SettingsPlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `$XDG_CONFIG_HOME`; only an absolute path counts (XDG Base Directory Specification). */
  readonly configHome: string | undefined;
}

/** Where the settings lie on this kind of system. */
export function settingsFile({ platform, home, configHome }: SettingsPlace): string {
  if (platform === 'darwin') {
    return join(home, 'Library', 'Application Support', 'PiKeep', 'settings.json');
  }
  const config = configHome && isAbsolute(configHome) ? configHome : join(home, '.config');
  return join(config, 'pikeep', 'settings.json');
}

/** Without what is no file or larger than settings can be: that reads as "". Throws the system's error. */
export function readSettingsText(file: string): Promise<string> {
  return readSmallFile(file, MAX_FILE_BYTES);
}

/** Resolves with its new name. Throws the system's error. */
export async function setAside(file: string): Promise<string> {
  const kept = `${file}.broken`;
  await rename(file, kept);
  return kept;
}

/**
 * Whoever reads the file sees the old or the new content, whole, whatever happens meanwhile. Throws SETTINGS_INVALID when it
 * cannot be written, or is not `readable`: the next start would set it aside, and every mark "never touch" with it.
 */
export async function saveSettings(
  file: string,
  content: object,
  readable: (text: string) => boolean,
): Promise<void> {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  try {
    if (Buffer.byteLength(text) > MAX_FILE_BYTES || !readable(text)) throw new Error('too large');
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await replace(file, text);
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
