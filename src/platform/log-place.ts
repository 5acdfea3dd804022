/** Where the log lies: the system's place for what programs write down, beside the records of restores. */

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface LogPlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `$XDG_STATE_HOME`; only an absolute path counts (XDG Base Directory Specification). */
  readonly stateHome: string | undefined;
}

/** On a Mac where Console shows it. */
export function logFolderOf({ platform, home, stateHome }: LogPlace): string {
  if (platform === 'darwin') return join(home, 'Library', 'Logs', 'PiKeep');
  const state = stateHome && isAbsolute(stateHome) ? stateHome : join(home, '.local', 'state');
  return join(state, 'pikeep');
}

export function logFolder(): string {
  const stateHome = process.env['XDG_STATE_HOME'];
  return logFolderOf({ platform: process.platform, home: homedir(), stateHome });
}

/** The newest first. */
export const logNames = ['pikeep.log', 'pikeep.1.log', 'pikeep.2.log'] as const;

/** Bytes after which a new file is begun. */
export const LOG_FILE_BYTES = 1024 * 1024;
