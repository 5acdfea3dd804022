/** `caffeinate -i -w PID` of the Mac stand-in: runs until that process has ended (man caffeinate), or is ended itself. */

import type { StandIn } from '../state.ts';

export function main(_mac: StandIn, args: readonly string[]): void {
  const pid = Number(args[args.indexOf('-w') + 1]);
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      clearInterval(timer);
    }
  }, 20);
}
