/** The secret with which names are made into marks. It stays on this computer, and is never shown. */

import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../engine/errors.ts';

const NAME = '.pikeep.log.secret';
const BYTES = 64;

/** The same for every process that writes into this folder; one of its own where none can be kept. */
export function readSecret(folder: string): string {
  const file = join(folder, NAME);
  const made = randomBytes(BYTES / 2).toString('hex');
  try {
    const fd = openSync(file, 'wx', 0o600);
    try {
      writeSync(fd, made);
    } finally {
      closeSync(fd);
    }
    return made;
  } catch (error) {
    return errnoOf(error) === 'EEXIST' ? (readBack(file) ?? made) : made;
  }
}

function readBack(file: string): string | null {
  const buffer = Buffer.alloc(BYTES);
  try {
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
    const fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, BYTES, 0));
      return /^[0-9a-f]{64}$/.test(text) ? text : null;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}
