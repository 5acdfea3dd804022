/** The caller's side of a request: a private folder that holds one request file and one socket, and then goes. */

import { lstatSync, realpathSync } from 'node:fs';
import { lstat, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { HelperRequest } from './protocol.ts';
import { toJson } from './protocol.ts';

export const REQUEST_NAME = 'request';
export const SOCKET_NAME = 'socket';
/** What `mkdtemp` makes of our prefix. */
const FOLDER_NAME = /^pikeep-[A-Za-z0-9]{6}$/;
/** No owner waits for a dialog so long (`door.ts`), and afterwards the folder goes. */
const OLD_MS = 60 * 60_000;

/** Bytes a Unix socket's path may have everywhere (macOS: 104 with the final NUL, `man 4 unix`; Linux has 108). */
export const MAX_SOCKET_PATH_BYTES = 103;

/** Nothing in these paths means anything to a shell. */
export const PLAIN_PATH = /^\/[A-Za-z0-9/._-]+$/;

export interface RequestFolder {
  readonly folder: string;
  readonly requestPath: string;
  readonly socketPath: string;
  /** Writes the request file, 0600, once. */
  write(request: HelperRequest): Promise<void>;
  /** Removes the folder with all in it; may be called twice. */
  remove(): Promise<void>;
}

/**
 * Makes a folder (0700) for one request in the first of `bases` that is short and plain enough; by default the user's
 * runtime folder, then /tmp, neither of which depends on how long the home folder's path is. Throws SOCKET_PATH_TOO_LONG
 * when a base would do but for its length, HELPER_FAILED when none can be written to.
 */
export async function makeRequestFolder(
  bases: readonly string[] = defaultBases(),
): Promise<RequestFolder> {
  let problem: PiKeepError = new PiKeepError('HELPER_FAILED', {
    detail: 'no folder for the request',
  });
  for (const base of bases) {
    try {
      const within = realpathSync(base);
      const folder = join(within, 'pikeep-XXXXXX');
      const longest = join(folder, SOCKET_NAME);
      const bytes = Buffer.byteLength(longest);
      if (bytes > MAX_SOCKET_PATH_BYTES) {
        problem = new PiKeepError('SOCKET_PATH_TOO_LONG', { path: longest, bytes });
        continue;
      }
      if (!PLAIN_PATH.test(folder)) continue;
      await removeOldRequests(within);
      return describe(await mkdtemp(folder.slice(0, -'XXXXXX'.length)));
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      if (problem.code === 'SOCKET_PATH_TOO_LONG') continue;
      const detail = `no folder for the request in ${base}: ${errnoOf(error)}`;
      problem = new PiKeepError('HELPER_FAILED', { detail }, { cause: error });
    }
  }
  throw problem;
}

function defaultBases(): readonly string[] {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return runtime && isOurs(runtime) ? [runtime, '/tmp'] : ['/tmp'];
}

/** After `su` or `sudo` the variable may still name the folder of somebody else. */
function isOurs(folder: string): boolean {
  if (!folder.startsWith('/')) return false;
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.();
}

/**
 * Those whose owner was killed while the system's dialog was open: nobody else removes them. Only what is this user's and looks
 * as we make it. No request depends on it, so what cannot be removed stays.
 */
async function removeOldRequests(base: string): Promise<void> {
  const names = await readdir(base).catch(() => []);
  for (const name of names) {
    const folder = join(base, name);
    if (!FOLDER_NAME.test(name) || !(await isOldRequest(folder).catch(() => false))) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isOldRequest(folder: string): Promise<boolean> {
  const stats = await lstat(folder);
  const isOurs = stats.isDirectory() && stats.uid === process.getuid?.();
  if (!isOurs || Date.now() - stats.mtimeMs < OLD_MS) return false;
  return (await readdir(folder)).includes(REQUEST_NAME);
}

function describe(folder: string): RequestFolder {
  const requestPath = join(folder, REQUEST_NAME);
  return {
    folder,
    requestPath,
    socketPath: join(folder, SOCKET_NAME),
    async write(request) {
      const file = await open(requestPath, 'wx', 0o600);
      try {
        await file.writeFile(toJson(request));
      } finally {
        await file.close();
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
