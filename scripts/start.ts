/**
 * `npm start`: builds what is out of date and runs PiKeep in the menu bar. Where no Electron program is installed it
 * says so and serves the very same panel to the browser. Options such as `--slot FOLDER` go to either.
 */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { buildApp } from './build-app.ts';
import { buildPanel } from './build-panel.ts';
import { electronProgram } from './electron-program.ts';

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
