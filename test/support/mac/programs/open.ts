/** `open` of the Mac stand-in: only noted. A file to be revealed has to exist, as man open demands. */

import { existsSync } from 'node:fs';
import type { StandIn } from '../state.ts';

export function main(_mac: StandIn, args: readonly string[]): void {
  const [flag, path] = args;
  if (flag !== '-R' || path === undefined || existsSync(path)) return;
  process.stderr.write(`The file ${path} does not exist.\n`);
  process.exitCode = 1;
}
