/** Lays out what goes into the archive of the app: the built parts, and of the libraries what they reach. */

import { cp, glob, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Architecture } from './mach-o.ts';
import { koffiFor } from './native-packages.ts';
import { PRODUCT, root } from './places.ts';
import { packagesOutside, reachedFiles } from './reached-files.ts';

export interface StageOptions {
  readonly folder: string;
  readonly architecture: Architecture;
  /** The unpacked package with koffi's native code, and its name. */
  readonly native: string;
  readonly nativeName?: string;
  /** Third-party notices and the list of components. */
  readonly documents: readonly string[];
}

/** What the build and the icons contribute; a name that begins with a dot is the build's own note. */
const own = ['dist/{app,panel}/**', 'icons/app/icon-128.png', 'icons/tray/*.png'];

/** node-notifier's program for macOS exists for Intel only: with Apple silicon the notices are Electron's, or none. */
const NOTIFIER = 'node_modules/node-notifier/vendor';

/** The folder is made anew. Returns the files in it, relative and sorted. */
export async function stage(options: StageOptions): Promise<readonly string[]> {
  const { folder, architecture, native, nativeName = koffiFor(architecture) } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const reached = await reachedFiles(packagesOutside);
  const files = [
    ...(await filesOf(own)),
    ...reached,
    ...(await companionsOf(reached)),
    ...(architecture === 'x64'
      ? await filesOf([`${NOTIFIER}/mac.noindex/**`, `${NOTIFIER}/terminal-notifier-LICENSE`])
      : []),
  ];
  for (const file of new Set(files)) await copy(join(root, file), join(folder, file));
  await cp(native, join(folder, 'node_modules', nativeName), {
    recursive: true,
    filter: (path) => !/\/(README\.md|musl_[^/]*)$/.test(path),
  });
  for (const path of options.documents) await copy(path, join(folder, basenameOf(path)));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await ownPackage(), null, 2)}\n`);
  return listFiles(folder);
}

/** Every file below a folder, relative and sorted; links are none. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function filesOf(patterns: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true })) {
    if (entry.isFile() && !entry.name.startsWith('.')) {
      files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
    }
  }
  return files;
}

/** Of each package in it what makes it one, and its licence. */
async function companionsOf(reached: readonly string[]): Promise<readonly string[]> {
  const folders = new Set(reached.flatMap((file) => packageFolder(file) ?? []));
  return filesOf(
    [...folders].flatMap((at) => [`${at}/package.json`, `${at}/{LICEN[CS]E,licen[cs]e}*`]),
  );
}

function packageFolder(file: string): string | null {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? null;
}

async function ownPackage(): Promise<Record<string, unknown>> {
  const { name, version, description, license, type, main } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  const author = `${PRODUCT} contributors`;
  return { name, productName: PRODUCT, version, description, author, license, type, main };
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { verbatimSymlinks: true });
}

function basenameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
