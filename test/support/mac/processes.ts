/** Running programs of the stand-in, from Linux's /proc. */

import { readdirSync, readFileSync } from 'node:fs';

/** The process ids of whoever runs this program with this argument. */
export function processesOf(program: string, argument: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = commandLine(pid).split('\0');
      return words.includes(program) && words.includes(argument);
    })
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended while it was looked at.
    return '';
  }
}
