/** Finds a running helper by the one thing that is its own: the request it was started with. */

import { readdirSync, readFileSync } from 'node:fs';

export function helperOf(requestPath: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (words[1] === 'helper' && words[2] === requestPath) return Number(pid);
    } catch {
      // A process that has just ended.
    }
  }
  throw new Error(`no helper runs for ${requestPath}`);
}
