/** The secret with which names are made into marks. It stays on this computer, and is never shown. */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  linkSync,
  openSync,
  readSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const NAME = '.pikeep.log.secret';
const BYTES = 64;

/** The same for every process that writes into this folder; one of its own where none can be kept. */
export function readSecret(folder: string): string {
  const file = join(folder, NAME);
  return readBack(file) ?? make(file) ?? readBack(file) ?? randomSecret();
}

/** Under its name it is whole from the beginning: another process may read it in the same moment. Null where there is one. */
function make(file: string): string | null {
  const secret = randomSecret();
  const draft = `${file}-${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, secret, { flag: 'wx', mode: 0o600 });
    try {
      linkSync(draft, file);
    } finally {
      unlinkSync(draft);
    }
    return secret;
  } catch {
    return null;
  }
}

function randomSecret(): string {
  return randomBytes(BYTES / 2).toString('hex');
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
