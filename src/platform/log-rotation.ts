/** Begins a new file of the log when one is full; of several processes that see it at the same time, one does it. */

import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../engine/errors.ts';
import { logNames } from './log-place.ts';

const LOCK = '.pikeep.log.lock';
/** Milliseconds after which whoever took the lock has died; moving three files takes none. */
const STALE_MS = 10_000;

/**
 * False while another process does it: whoever asks then writes on where they are, a line over the limit. What is written
 * meanwhile through a descriptor of the old file is in the old file, and not lost. Nothing is done where `lineBytes` more fit
 * into the file by now.
 */
export function rotate(folder: string, fileBytes: number, lineBytes: number): boolean {
  const lock = join(folder, LOCK);
  if (!takeLock(lock)) return false;
  try {
    // Another process may have done it between our look and our lock, and written any number of lines since.
    if (sizeOf(join(folder, logNames[0])) + lineBytes <= fileBytes) return true;
    for (let at = logNames.length - 1; at > 0; at -= 1) {
      move(join(folder, logNames[at - 1] ?? ''), join(folder, logNames[at] ?? ''));
    }
    return true;
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    // The next line that does not fit finds it gone.
    if (Date.now() - modified(lock) > STALE_MS) rmSync(lock, { force: true });
    return false;
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}
