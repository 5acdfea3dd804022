/** Where the program of the `electron` package is, if it has been fetched. */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Its name is in path.txt, its folder is dist or the one in ELECTRON_OVERRIDE_DIST_PATH (electron/index.js). The package
 * itself is not asked, because it would begin to fetch.
 */
export function electronProgram(): string | null {
  const folder = resolve(import.meta.dirname, '../node_modules/electron');
  const nameFile = join(folder, 'path.txt');
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = existsSync(nameFile) ? readFileSync(nameFile, 'utf8') : override ? 'electron' : null;
  if (name === null) return null;
  const program = join(override ?? join(folder, 'dist'), name);
  return existsSync(program) ? program : null;
}
