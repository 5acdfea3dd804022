/** Builds the Electron app's own code into a folder: main process, preload script, worker. */

import { resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '..');

/** Stay in node_modules: programs and libraries beside them (koffi, node-notifier), or chosen at run time (Electron). */
const outside = ['electron', 'menubar', 'node-notifier', 'koffi', 'sudo-prompt'];

/** A sandboxed preload script is one CommonJS file that requires nothing but Electron. */
const parts = [
  { entry: 'src/app/main.ts', file: 'main.js', format: 'es' },
  { entry: 'src/worker/entry.ts', file: 'worker.js', format: 'es' },
  { entry: 'src/preload/preload.ts', file: 'preload.cjs', format: 'cjs' },
] as const;

export async function buildApp(outDir: string = resolve(root, 'dist/app')): Promise<void> {
  for (const [index, { entry, file, format }] of parts.entries()) {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      build: {
        ssr: resolve(root, entry),
        outDir: resolve(outDir),
        emptyOutDir: index === 0,
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
}
