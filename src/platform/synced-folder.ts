/**
 * Folders that a program keeps the same on a server. Each backup there is uploaded, sparse files grow to their full size on the way, and
 * what was uploaded may be taken off this computer to save room.
 *
 * - macOS: iCloud Drive lies in ~/Library/Mobile Documents, the other services' folders in ~/Library/CloudStorage, called
 *   "Dropbox", "OneDrive-Personal", "GoogleDrive-ann@example.org" (bombich.com, "Limitations of online-only placeholder files").
 *   Desktop and Documents belong to iCloud Drive where that has folders of these names (eclecticlight.co, 2024-03-13).
 * - Dropbox elsewhere says where it is in ~/.dropbox/info.json (help.dropbox.com, "Find the Dropbox folder paths").
 * - What is left are the names that the services give their folder in the home folder.
 */

import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { readSmallFile } from './small-file.ts';

/** A service's own name is a name in every language. */
export type SyncService = 'iCloud Drive' | 'Dropbox' | 'OneDrive' | 'Google Drive' | 'Box';

const MAX_INFO_BYTES = 65536;

/** Beginnings of names; the rest tells accounts apart. */
const byName: readonly (readonly [RegExp, SyncService])[] = [
  [/^Dropbox/i, 'Dropbox'],
  [/^OneDrive/i, 'OneDrive'],
  [/^Google ?Drive/i, 'Google Drive'],
  [/^Box(?![a-z])/i, 'Box'],
];

/** The service that keeps this folder on a server; null for none that is known. `path` need not be there yet. */
export async function syncServiceOf(path: string, home: string): Promise<SyncService | null> {
  const [real, realHome] = [await realPathOf(path), await realPathOf(home)];
  const inHome = below(real, realHome);
  if (inHome !== null) {
    const [first = '', second = '', third = ''] = inHome;
    if (first === 'Library' && second === 'Mobile Documents') return 'iCloud Drive';
    if (first === 'Library' && second === 'CloudStorage') return serviceCalled(third);
    const isMoved = ['Desktop', 'Documents'].includes(first);
    const cloud = join(realHome, 'Library', 'Mobile Documents', 'com~apple~CloudDocs', first);
    if (isMoved && (await isThere(cloud))) return 'iCloud Drive';
  }
  for (const folder of await dropboxFolders(realHome)) {
    if (below(real, folder) !== null) return 'Dropbox';
  }
  return inHome === null ? null : serviceCalled(inHome[0] ?? '');
}

function serviceCalled(name: string): SyncService | null {
  return byName.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** The names on the way from the folder to the path; null for one that does not lie in it. */
function below(path: string, folder: string): readonly string[] | null {
  if (path === folder) return [];
  const start = folder.endsWith('/') ? folder : `${folder}/`;
  return path.startsWith(start) ? path.slice(start.length).split('/') : null;
}

/** Of what is there; the rest is as it was given. */
async function realPathOf(path: string): Promise<string> {
  const names = path.split('/');
  for (let kept = names.length; kept > 1; kept -= 1) {
    try {
      const real = await realpath(names.slice(0, kept).join('/'));
      return join(real, ...names.slice(kept));
    } catch {
      // Not there yet: the folder above it may be.
    }
  }
  return path;
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

const info = v.record(v.string(), v.object({ path: v.pipe(v.string(), v.maxLength(4096)) }));

/** One for each account. Whatever else is in the file is not for us. */
async function dropboxFolders(home: string): Promise<readonly string[]> {
  try {
    const text = await readSmallFile(join(home, '.dropbox', 'info.json'), MAX_INFO_BYTES);
    const result = v.safeParse(info, JSON.parse(text));
    const paths = result.success ? Object.values(result.output).map(({ path }) => path) : [];
    return await Promise.all(
      paths
        .filter((path) => isAbsolute(path))
        .slice(0, 8)
        .map(realPathOf),
    );
  } catch {
    return [];
  }
}
