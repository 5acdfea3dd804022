/** Where PiKeep keeps what it wrote down about its own doings: the reports of restores, with what they replaced. */

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface StatePlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `$XDG_STATE_HOME`; only an absolute path counts. */
  readonly stateHome: string | undefined;
}

/**
 * macOS keeps what programs write down in `~/Library/Logs`, where Console shows it. Elsewhere it is "state data that should
 * persist between (application) restarts", `$XDG_STATE_HOME` or `~/.local/state`; relative paths are to be ignored
 * (XDG Base Directory Specification 0.8).
 */
export function stateFolder({ platform, home, stateHome }: StatePlace): string {
  if (platform === 'darwin') return join(home, 'Library', 'Logs', 'PiKeep');
  const state = stateHome && isAbsolute(stateHome) ? stateHome : join(home, '.local', 'state');
  return join(state, 'pikeep');
}

/** The folder for this user on this computer. It may not exist yet. */
export function ownStateFolder(): string {
  const stateHome = process.env['XDG_STATE_HOME'];
  return stateFolder({ platform: process.platform, home: homedir(), stateHome });
}
