/** Builds the panel's page into a folder; both Electron and the panel server hand it out from there. */

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { build, type Plugin } from 'vite';

const root = resolve(import.meta.dirname, '..');
const STAMP = '.sources';

/** Sources whose change makes the built page old; the versions of what goes into it are in the lock file. */
const inputs = [
  'src/panel',
  'src/contract',
  'src/language',
  'scripts/build-panel.ts',
  'package-lock.json',
];

/**
 * Builds unless `outDir` already holds the page of these very sources. Resolves true when it built. `plugins` are a test's: the
 * page that is shipped is built without any.
 */
export async function buildPanel(
  outDir = join(root, 'dist/panel'),
  plugins: readonly Plugin[] = [],
): Promise<boolean> {
  const stamp = await digestOfSources();
  if (stamp === (await builtFrom(outDir))) return false;
  await mkdir(dirname(resolve(outDir)), { recursive: true });
  const made = await mkdtemp(`${resolve(outDir)}-`);
  try {
    await buildInto(made, plugins);
    await writeFile(join(made, STAMP), stamp);
    await putInPlace(made, resolve(outDir), stamp);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return true;
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

/** Whoever reads the folder meanwhile finds the old page or the new one; of two builders of the same page one wins. */
async function putInPlace(made: string, outDir: string, stamp: string): Promise<void> {
  const old = `${made}.old`;
  try {
    await rename(outDir, old);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    await rename(made, outDir);
  } catch (error) {
    if ((await builtFrom(outDir)) !== stamp) throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function builtFrom(outDir: string): Promise<string | null> {
  try {
    return await readFile(join(outDir, STAMP), 'utf8');
  } catch {
    return null;
  }
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const path of await filesAt(join(root, input))) {
      hash.update(`${path.slice(root.length)}\0`).update(await readFile(path));
    }
  }
  return hash.digest('hex');
}

async function filesAt(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => join(entry.parentPath, entry.name)).sort();
  } catch {
    return [path];
  }
}
