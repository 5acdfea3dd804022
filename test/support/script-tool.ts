/** A program of a test's own that stands where one of the system's is expected. */

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ScriptTool {
  /** Absolute path of the program. */
  readonly program: string;
  /** The arguments of each call so far, one a line within a call, as they arrived. */
  calls(): Promise<string[][]>;
  remove(): Promise<void>;
}

/** `body` is a shell script, run after the arguments have been noted. */
export async function scriptTool(body: string): Promise<ScriptTool> {
  const folder = await mkdtemp(join(tmpdir(), 'pikeep-tool-'));
  const program = join(folder, 'tool');
  const log = join(folder, 'calls');
  const note = `{ for argument in "$@"; do printf '%s\\n' "$argument"; done; echo; } >> '${log}'`;
  await writeFile(log, '');
  await writeFile(program, `#!/bin/sh\n${note}\n${body}\n`);
  await chmod(program, 0o755);
  await chmod(folder, 0o755);
  return {
    program,
    async calls() {
      const text = await readFile(log, 'utf8');
      return text
        .split('\n\n')
        .filter((call) => call !== '')
        .map((call) => call.split('\n'));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
