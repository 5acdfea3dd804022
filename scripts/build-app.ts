/** Builds the Electron app's own code into a folder: main process, preload script, worker. */

import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { freshFolder } from './build/fresh-folder.ts';
import { root } from './package/places.ts';

/** The app offers to try it. */
const SAMPLE_CARD = 'src/cli/sample-card.gz';

/** What goes into the build; libraries are known by the lock file. */
const sources = [
  'src/{app,preload,worker,desk,contract,library,platform,helper,engine,language}/**/*.{ts,json}',
  'scripts/build-app.ts',
  'scripts/build/*.ts',
  'src/version.ts',
  SAMPLE_CARD,
  'package-lock.json',
];

/** Stay in node_modules: programs and libraries beside them (koffi, node-notifier), or chosen at run time (Electron). */
export const outside = [
  ...['electron', 'menubar', 'node-notifier', 'koffi', 'sudo-prompt'],
  // Loaded only in a package with a feed; not by its main file, which brings the updaters of other systems.
  'electron-updater/out/MacUpdater.js',
];

/** A sandboxed preload script is one CommonJS file that requires nothing but Electron. */
const parts = [
  { entry: 'src/app/main.ts', file: 'main.js', format: 'es' },
  { entry: 'src/worker/entry.ts', file: 'worker.js', format: 'es' },
  { entry: 'src/preload/preload.ts', file: 'preload.cjs', format: 'cjs' },
] as const;

/** Builds unless `folder` already holds the app of these very sources. Resolves true when it built. */
export function buildApp(folder: string = join(root, 'dist/app')): Promise<boolean> {
  return freshFolder({
    folder,
    sources,
    async build(made) {
      for (const part of parts) await buildPart(part, made);
      await copyFile(join(root, SAMPLE_CARD), join(made, basename(SAMPLE_CARD)));
    },
  });
}

async function buildPart({ entry, file, format }: (typeof parts)[number], folder: string) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(root, entry),
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      // The Node inside the pinned Electron.
      target: 'node24',
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        external: outside,
        output: { format, entryFileNames: file, codeSplitting: false },
      },
    },
    ssr: { noExternal: true, external: outside },
  });
}
