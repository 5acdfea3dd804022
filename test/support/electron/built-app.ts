/** The app as the tests of one run use it: built once, by the set-up of the run. */

import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildApp } from '../../../scripts/build-app.ts';
import { buildPanel } from '../../../scripts/build-panel.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface BuiltApp {
  /** Holds dist/app, dist/panel and icons, as the checkout does after a build. */
  readonly folder: string;
}

/** The environment variable with its folder. */
const FOLDER = 'PIKEEP_BUILT_APP';

/**
 * Builds into a folder inside the checkout, so that what stays outside the bundles is found in node_modules. Resolves with what
 * removes it. Other runs in this checkout have one of their own: sources may change between the two.
 */
export async function buildForRun(): Promise<() => Promise<void>> {
  await mkdir(join(root, 'test-results'), { recursive: true });
  const folder = await mkdtemp(join(root, 'test-results/app-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await buildApp(join(folder, 'dist/app'));
    await buildPanel(join(folder, 'dist/panel'));
    await symlink(join(root, 'icons'), join(folder, 'icons'));
  } catch (error) {
    await remove();
    throw error;
  }
  process.env[FOLDER] = folder;
  return remove;
}

/** Throws where the run was not set up for the app. */
export function builtApp(): BuiltApp {
  const folder = process.env[FOLDER];
  if (folder === undefined) throw new Error('the app is not built: see test/global-setup.ts');
  return { folder };
}
