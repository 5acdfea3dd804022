/** Where the records of restores are kept: the app and the command line find the same place. */

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface RecordsPlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `$XDG_STATE_HOME`; only an absolute path counts. */
  readonly stateHome: string | undefined;
}

/**
 * Not in the library, which may be on a disk that is not there when a downloaded image is restored. macOS keeps what programs
 * write down in `~/Library/Logs`, where Console shows it. Elsewhere it is "state data that should persist between
 * (application) restarts": `$XDG_STATE_HOME`, or `~/.local/state`; relative paths are to be ignored (XDG Base Directory
 * Specification 0.8).
 */
export function recordsFolderOf({ platform, home, stateHome }: RecordsPlace): string {
  if (platform === 'darwin') return join(home, 'Library', 'Logs', 'PiKeep');
  const state = stateHome && isAbsolute(stateHome) ? stateHome : join(home, '.local', 'state');
  return join(state, 'pikeep');
}

/** For this user on this computer; what `restore-records.ts` gets, which makes the folder "restores" in it. */
export function recordsFolder(): string {
  const stateHome = process.env['XDG_STATE_HOME'];
  return recordsFolderOf({ platform: process.platform, home: homedir(), stateHome });
}
