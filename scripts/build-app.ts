/** Builds the Electron app's own code into a folder: main process, preload script, worker. */

import { createHash } from 'node:crypto';
import { copyFile, glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '..');
const STAMP = '.sources';
/** The app offers to try it. */
const SAMPLE_CARD = 'src/cli/sample-card.gz';

/** What goes into the build; libraries are known by the lock file. */
const inputs = [
  'src/{app,preload,worker,desk,contract,library,platform,helper,engine,language}/**/*.{ts,json}',
  'scripts/build-app.ts',
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

/** Builds unless `outDir` already holds the app of these very sources. Resolves true when it built. */
export async function buildApp(outDir: string = join(root, 'dist/app')): Promise<boolean> {
  const stamp = await digestOfSources();
  if ((await stampIn(outDir)) === stamp) return false;
  await mkdir(dirname(outDir), { recursive: true });
  const made = await mkdtemp(`${outDir}-`);
  try {
    for (const part of parts) await buildPart(part, made);
    await copyFile(join(root, SAMPLE_CARD), join(made, basename(SAMPLE_CARD)));
    await writeFile(join(made, STAMP), stamp);
    await putInPlace(made, outDir, stamp);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return true;
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

/** Two builds at once are both right, so whoever comes second leaves things as they are. */
async function putInPlace(made: string, outDir: string, stamp: string): Promise<void> {
  const old = `${made}-old`;
  await rename(outDir, old).catch(ignoreMissing);
  try {
    await rename(made, outDir);
  } catch (error) {
    if ((await stampIn(outDir)) !== stamp) throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

async function stampIn(folder: string): Promise<string | null> {
  return (await readFile(join(folder, STAMP), 'utf8').catch(ignoreMissing)) ?? null;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function digestOfSources(): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(inputs, { cwd: root })) paths.push(path);
  const hash = createHash('sha256');
  for (const path of paths.sort()) {
    hash.update(`${path}\0`).update(await readFile(join(root, path)));
  }
  return hash.digest('hex');
}
