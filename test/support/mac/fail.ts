import { writeSync } from 'node:fs';

/** Ends a program of the stand-in with words on standard error and the status 1. */
export function fail(text: string): never {
  writeSync(2, text.endsWith('\n') ? text : `${text}\n`);
  process.exit(1);
}
