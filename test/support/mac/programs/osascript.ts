/** `osascript -l JavaScript - PROMPT` of the Mac stand-in: a dialog with one answer, or Cancel (error -128). */

import type { StandIn } from '../state.ts';

export function main(mac: StandIn): void {
  const { password } = mac.read();
  if (password !== null) {
    process.stdout.write(`${password}\n`);
    return;
  }
  process.stderr.write('execution error: Error: User canceled. (-128)\n');
  process.exitCode = 1;
}
