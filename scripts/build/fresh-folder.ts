/** Builds a folder when its sources have changed since the last time, and puts it in its place all at once. */

import { createHash } from 'node:crypto';
import { glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { root } from '../package/places.ts';

/** In a folder: the digest of what it was built from. */
const STAMP = '.sources';

export interface FreshFolder {
  /** Where it lies in the end. */
  readonly folder: string;
  /** Patterns of all files that go into it, seen from the root of the project. */
  readonly sources: readonly string[];
  /** Fills a new folder, which is empty. */
  readonly build: (folder: string) => Promise<void>;
}

/** Builds unless the folder is of these very sources already. Resolves true when it built. */
export async function freshFolder({ folder, sources, build }: FreshFolder): Promise<boolean> {
  const place = resolve(folder);
  const stamp = await digestOf(sources);
  if ((await stampIn(place)) === stamp) return false;
  await mkdir(dirname(place), { recursive: true });
  const made = await mkdtemp(`${place}-`);
  try {
    await build(made);
    await writeFile(join(made, STAMP), stamp);
    await putInPlace(made, place, stamp);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return true;
}

/** SHA-256 of the names and contents of all files that the patterns mean, seen from the root of the project. */
export async function digestOf(patterns: readonly string[]): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const content = await readFile(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Two builds at once are both right, so whoever comes second leaves things as they are. */
async function putInPlace(made: string, place: string, stamp: string): Promise<void> {
  const old = `${made}-old`;
  await rename(place, old).catch(ignoreMissing);
  try {
    await rename(made, place);
  } catch (error) {
    if ((await stampIn(place)) !== stamp) throw error;
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
