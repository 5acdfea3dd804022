/**
 * `npm run test:electron`: the tests of the running app, which run on a stand-in else, in the real Electron of
 * node_modules (npx install-electron fetches its program). Without one it says so and is no failure, unless
 * PIKEEP_REQUIRE_ELECTRON=1.
 */

import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { electronProgram } from './electron-program.ts';

const root = resolve(import.meta.dirname, '..');

/** What asks for nothing that only the stand-in can do is run. */
const tests = ['menu-bar', 'backup', 'asked-from-outside', 'full-window'];

const program = electronProgram();
if (program === null) {
  const isRequired = process.env['PIKEEP_REQUIRE_ELECTRON'] === '1';
  console.error(
    `${isRequired ? 'FAILED' : 'SKIPPED'}: no Electron program is installed, so nothing was tried in it. npx install-electron gets one.`,
  );
  process.exitCode = isRequired ? 1 : 0;
} else {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const files = tests.map((name) => `test/app/${name}.test.ts`);
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', '--no-file-parallelism'];
  const { status } = spawnSync(process.execPath, [...args, ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PIKEEP_TEST_ELECTRON: program },
  });
  process.exitCode = status ?? 1;
}
