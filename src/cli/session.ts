/** What a command finds when it begins: its options, its printer, and the computer it runs on. */

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PiKeepError } from '../engine/errors.ts';
import { recordsFolder } from '../library/records-folder.ts';
import { createPlatform } from '../platform/index.ts';
import { logFolder } from '../platform/log-place.ts';
import type { Platform } from '../platform/ports.ts';
import { openProgramLog, type ProgramLog } from '../platform/program-log.ts';
import { type KeptSettings, openSettings, settingsWarningWords } from '../platform/settings.ts';
import { VERSION } from '../version.ts';
import type { GlobalOptions } from './options.ts';
import type { Output } from './output.ts';
import type { Printer } from './printer.ts';

/** What the process offers, the same for every command. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly printer: Printer;
  /** Fires on Ctrl-C and its relatives, with INTERRUPTED as its reason. */
  readonly signal: AbortSignal;
  /** After the signal has fired: what backups have done stays on the disk, to be continued. */
  readonly keepOnAbort: () => boolean;
}

export interface Session extends Surroundings {
  readonly options: GlobalOptions;
  readonly platform: Platform;
  readonly settings: KeptSettings;
  /** The folder of images: absolute, not necessarily there yet. */
  readonly library: string;
  /** Where restores keep what they overwrite, and their reports. */
  readonly recordsFolder: string;
  readonly log: ProgramLog;
}

/** Throws USAGE for options that make no sense together or on this computer. */
export async function openSession(
  surroundings: Surroundings,
  given: GlobalOptions,
  command: string,
): Promise<Session> {
  const options = { ...given, slot: given.slot === null ? null : absolute(given.slot, '--slot') };
  const settings = await openSettings();
  if (settings.warning !== null) {
    surroundings.printer.warning('SETTINGS_INVALID', settingsWarningWords(settings.warning));
  }
  const library =
    given.library === null ? settings.current.library : absolute(given.library, '--library');
  const platform = await createPlatform({ slot: options.slot });
  const log = openProgramLog(
    { program: 'cli', version: VERSION, command },
    { folder: logFolder() },
  );
  const opened = { ...surroundings, options, platform, settings, library, log };
  return { ...opened, recordsFolder: recordsFolder() };
}

/** A path as typed, made absolute; "~" is expanded where the shell did not ("--to=~/x"). Throws USAGE for an empty one. */
export function absolute(path: string, what: string): string {
  if (path === '') throw new PiKeepError('USAGE', { detail: `${what} needs a path.` });
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return resolve(path);
}
