/** The helper's side of a request: reads it only if nobody but the caller can have written it. */

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { asPiKeepError, errnoOf, PiKeepError } from '../engine/errors.ts';
import {
  badMessage,
  type HelperRequest,
  MAX_JSON_BYTES,
  parseJson,
  requestSchema,
} from './protocol.ts';
import { MAX_SOCKET_PATH_BYTES, PLAIN_PATH, REQUEST_NAME, SOCKET_NAME } from './request-folder.ts';

const FROM = 'request file';

export interface ReceivedRequest {
  readonly request: HelperRequest;
  readonly socketPath: string;
}

/**
 * Reads a request. The folder must be a real one (no link anywhere in its path), owned by `uid` and closed to everybody
 * else (0700); the file in it regular, with one name, owned by `uid`, 0600; the socket beside it owned by `uid`. Call it
 * with the caller's rights (`caller.ts`). Throws STRANGER when something belongs to somebody else or is open to others,
 * BAD_MESSAGE for any other fault.
 */
export function readRequest(requestPath: string, uid: number): ReceivedRequest {
  if (!PLAIN_PATH.test(requestPath) || normalize(requestPath) !== requestPath) {
    throw badMessage(FROM, 'its path is not a plain absolute one');
  }
  if (basename(requestPath) !== REQUEST_NAME) throw badMessage(FROM, 'its name is not ours');
  try {
    const folder = dirname(requestPath);
    checkFolder(folder, uid);
    const request = parseJson(requestSchema, readPrivateFile(requestPath, uid), FROM);
    return { request, socketPath: checkSocket(join(folder, SOCKET_NAME), uid) };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== null && !(error instanceof PiKeepError)) throw badMessage(FROM, errno, error);
    throw asPiKeepError(error);
  }
}

function checkFolder(folder: string, uid: number): void {
  if (realpathSync(folder) !== folder) throw badMessage(FROM, 'its folder is reached by a link');
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw badMessage(FROM, 'its folder is none');
  if (stats.uid !== uid || (stats.mode & 0o777) !== 0o700)
    throw stranger('the folder of the request');
}

/** O_NONBLOCK: a pipe in place of the file must not keep the helper waiting. */
function readPrivateFile(path: string, uid: number): Uint8Array {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw badMessage(FROM, 'not a regular file');
    if (stats.uid !== uid || (stats.mode & 0o777) !== 0o600) throw stranger('the request file');
    if (stats.nlink !== 1) throw badMessage(FROM, 'it has another name elsewhere');
    if (stats.size > MAX_JSON_BYTES) throw badMessage(FROM, `${stats.size} bytes`);
    const content = Buffer.alloc(MAX_JSON_BYTES + 1);
    let bytes = 0;
    for (;;) {
      const got = readSync(fd, content, bytes, content.byteLength - bytes, null);
      bytes += got;
      if (got === 0 || bytes === content.byteLength) return content.subarray(0, bytes);
    }
  } finally {
    closeSync(fd);
  }
}

function checkSocket(path: string, uid: number): string {
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_SOCKET_PATH_BYTES) throw new PiKeepError('SOCKET_PATH_TOO_LONG', { path, bytes });
  const stats = lstatSync(path);
  if (!stats.isSocket()) throw badMessage(FROM, 'no socket beside it');
  if (stats.uid !== uid) throw stranger('the socket');
  return path;
}

function stranger(from: string): PiKeepError {
  return new PiKeepError('STRANGER', { from });
}
