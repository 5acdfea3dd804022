/** Ends a process that a test has started. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface EndOptions {
  /** The whole group that it leads. */
  readonly group?: boolean;
  readonly signal?: NodeJS.Signals;
}

/** Asks a process to end, and makes it when it does not within three seconds. Resolves when it has ended, or had before. */
export async function endProcess(
  child: ChildProcess,
  { group = false, signal = 'SIGTERM' }: EndOptions = {},
): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const kill = (how: NodeJS.Signals) => (group ? process.kill(-pid, how) : child.kill(how));
  kill(signal);
  const deadline = setTimeout(() => kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(deadline);
}
