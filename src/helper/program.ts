/** Finds the single executable that may run as root, and refuses one that others could have put in its place. */

import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { executableOf, isSingleExecutable } from '../platform/single-executable.ts';

const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/**
 * The program to start as root: this very executable where PiKeep runs as one, else the one of the checkout or the package.
 * Never Node with a source file. Throws DOOR_UNAVAILABLE when it has not been built, or lies where anybody may replace it.
 */
export function helperProgram(program: string = defaultProgram()): string {
  let path: string;
  try {
    path = realpathSync(program);
    const stats = lstatSync(path);
    if (!stats.isFile() || (stats.mode & 0o100) === 0) throw unavailable(`${path} is no program`);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw unavailable(`${program} has not been built (npm run build builds it)`);
  }
  for (let place = path; ; place = dirname(place)) {
    const { uid, mode } = lstatSync(place);
    const open = (mode & WRITABLE_BY_ALL) !== 0 && (mode & STICKY) === 0;
    if (open) throw unavailable(`${place} can be changed by everybody`);
    if (uid !== 0 && uid !== process.getuid?.()) throw unavailable(`${place} is somebody else's`);
    if (place === '/') return path;
  }
}

/** The root is two folders up, whether from src/helper or from a bundle in dist/NAME, in a checkout or in a package. */
function defaultProgram(): string {
  if (isSingleExecutable()) return process.execPath;
  return executableOf(join(import.meta.dirname, '..', '..'));
}

function unavailable(detail: string): PiKeepError {
  return new PiKeepError('DOOR_UNAVAILABLE', { door: 'helper', detail });
}
