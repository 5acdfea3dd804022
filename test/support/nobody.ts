/** Runs a piece of a module as the user `nobody`, for refusals that root never sees. Needs root. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NOBODY = 65534;

/**
 * `imports` are import lines relative to the project's root, `body` is what then runs as nobody. The modules are loaded
 * before the rights are dropped, since the checkout may lie where only its owner can look. Resolves with what it printed.
 */
export async function asNobody(imports: string, body: string): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const absolute = imports.replaceAll(/(['"])\.\//g, `$1${root}`);
  const script = `${absolute}
    process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY});
    ${body}`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await run(process.execPath, args, { cwd: '/' });
  return stdout.trim();
}
