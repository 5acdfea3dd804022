/**
 * `npm start`: builds what is out of date and runs PiKeep in the menu bar. Where no Electron program is installed it
 * says so and serves the very same panel to the browser. Options such as `--slot FOLDER` go to either.
 */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { buildApp } from './build-app.ts';
import { buildPanel } from './build-panel.ts';

const root = resolve(import.meta.dirname, '..');
const options = process.argv.slice(2);

const electron = electronProgram();
await buildPanel();
if (electron === null) {
  console.log(
    'No Electron program is installed (npx install-electron gets one): opening the same panel in the browser.',
  );
  const { runCommandLine } = await import('../src/cli/command-line.ts');
  await runCommandLine(['panel', ...options]);
} else {
  await buildApp();
  await runElectron(electron);
}

/**
 * The program of the `electron` package, if it has been fetched: its name is in path.txt, its folder is dist or the one
 * in ELECTRON_OVERRIDE_DIST_PATH (electron/index.js). The package itself is not asked, because it would begin to fetch.
 */
function electronProgram(): string | null {
  const folder = join(root, 'node_modules/electron');
  const nameFile = join(folder, 'path.txt');
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = existsSync(nameFile) ? readFileSync(nameFile, 'utf8') : override ? 'electron' : null;
  if (name === null) return null;
  const program = join(override ?? join(folder, 'dist'), name);
  return existsSync(program) ? program : null;
}

function runElectron(program: string): Promise<void> {
  // With this variable Electron would be a plain Node.
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const child = spawn(program, [root, ...options], { stdio: 'inherit', env });
  // Ctrl-C reaches the app by itself; this script stays until the app has ended.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve();
    });
  });
}
