/** `npm run types`: every tsconfig, one runtime each. */

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const projects = ['src/tsconfig.json', 'src/panel/tsconfig.json', 'test/panel/tsconfig.json'];

let failed = false;
for (const project of projects) {
  const compiler = resolve(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', project], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) failed = true;
}
process.exitCode = failed ? 1 : 0;
