/** The folder of the backups, as a page of settings asks about it: what speaks for and against it. */

import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { FolderLook, LibraryFolders, Platform } from './ports.ts';
import { syncServiceOf } from './synced-folder.ts';

/** A server that is gone may take minutes to say so. */
const PATIENCE_MS = 4000;

const unanswered: FolderLook = { is: 'silent', isWritable: false, volume: null, syncedBy: null };

export function createLibraryFolders(
  { volumes }: Pick<Platform, 'volumes'>,
  home: string,
): LibraryFolders {
  /** One for each folder: those of a server that is gone would hold every thread that files are read with. */
  const looking = new Map<string, Promise<FolderLook>>();

  function lookOnce(path: string): Promise<FolderLook> {
    const begun =
      looking.get(path) ?? look(path, volumes, home).finally(() => looking.delete(path));
    looking.set(path, begun);
    return begun;
  }

  return {
    async look(path) {
      const enough = new AbortController();
      try {
        return await Promise.race([
          lookOnce(path),
          delay(PATIENCE_MS, unanswered, { signal: enough.signal, ref: false }),
        ]);
      } finally {
        enough.abort();
      }
    },
    make: makeLibraryFolder,
  };
}

/**
 * Alone, since a folder above it that is missing may be a disk that is not connected. Throws DESTINATION_MISSING or
 * DESTINATION_NOT_WRITABLE.
 */
export async function makeLibraryFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return;
    if (errno === 'ENOENT') throw new PiKeepError('DESTINATION_MISSING', { path });
    const facts = { path, errno: errno ?? String(error) };
    throw new PiKeepError('DESTINATION_NOT_WRITABLE', facts, { cause: error });
  }
}

async function look(path: string, volumes: Platform['volumes'], home: string): Promise<FolderLook> {
  const is = await kindOf(path);
  const there = is === 'missing' ? await firstThere(dirname(path)) : path;
  const [isWritable, volume, syncedBy] = await Promise.all([
    mayWrite(there),
    volumes.volumeOf(there).catch(() => null),
    syncServiceOf(path, home),
  ]);
  return { is, isWritable: isWritable && volume?.readOnly !== true, volume, syncedBy };
}

async function kindOf(path: string): Promise<FolderLook['is']> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'no folder';
  } catch (error) {
    return errnoOf(error) === 'ENOTDIR' ? 'no folder' : 'missing';
  }
}

async function firstThere(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : firstThere(dirname(path));
}

async function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
