/** Builds the panel's page into a folder; both Electron and the panel server hand it out from there. */

import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { freshFolder } from './build/fresh-folder.ts';
import { root } from './package/places.ts';

/** Sources whose change makes the built page old; the versions of what goes into it are in the lock file. */
const sources = [
  'src/{panel,contract,language}/**/*',
  'scripts/build-panel.ts',
  'scripts/build/*.ts',
  'package-lock.json',
];

/**
 * Builds unless `folder` already holds the page of these very sources. Resolves true when it built. `plugins` are a test's: the
 * page that is shipped is built without any.
 */
export function buildPanel(
  folder: string = join(root, 'dist/panel'),
  plugins: readonly Plugin[] = [],
): Promise<boolean> {
  return freshFolder({ folder, sources, build: (made) => buildInto(made, plugins) });
}

async function buildInto(folder: string, plugins: readonly Plugin[]): Promise<void> {
  await build({
    root: join(root, 'src/panel'),
    configFile: false,
    logLevel: 'warn',
    plugins: [...plugins],
    // Relative, because the page lies at another address in Electron than in a browser.
    base: './',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'chrome120',
      // A data: address would need a wider policy.
      assetsInlineLimit: 0,
      modulePreload: false,
      reportCompressedSize: false,
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  });
}
