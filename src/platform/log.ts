/**
 * The log of PiKeep: lines of JSON in three files that take turns, written by any number of processes at the same time.
 * Nothing personal gets in (`engine/redact.ts`). A log that cannot be written is never a reason for anything to fail.
 */

import { createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Mark, redactFacts } from '../engine/redact.ts';
import { LOG_FILE_BYTES, logNames } from './log-place.ts';
import { rotate } from './log-rotation.ts';
import { readSecret } from './log-secret.ts';

/** What can be written down; what each of them carries stands in docs/diagnostics.md. */
export type LogWhat =
  | 'start'
  | 'stop'
  | 'job-begin'
  | 'job-end'
  | 'phase'
  | 'door'
  | 'unmount'
  | 'eject'
  | 'stall'
  | 'held'
  | 'error';

export interface Log {
  /** Never throws, and is on its way to the disk when it returns. Texts are hidden unless they are PiKeep's own words. */
  write(what: LogWhat, fields: Readonly<Record<string, unknown>>): void;
  /** Hides a text as the log does. */
  readonly mark: Mark;
}

export interface LogOptions {
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly fileBytes?: number;
}

/** Short of what one write puts into a file in one piece, beside others who append to it (write(2), O_APPEND). */
const MAX_LINE = 4000;

/** Makes the folder when something is first written. */
export function openLog({ folder, now = Date.now, fileBytes = LOG_FILE_BYTES }: LogOptions): Log {
  let secret: string | null = null;
  const mark: Mark = (text) => {
    secret ??= mayKeep(folder) ? readSecret(folder) : randomBytes(32).toString('hex');
    return createHmac('sha256', secret).update(text).digest('hex').slice(0, 6);
  };
  return {
    mark,
    write(what, fields) {
      try {
        if (!mayKeep(folder)) return;
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        append(folder, lineOf(what, fields, mark, now()), fileBytes);
      } catch {
        // The disk is full, the folder is somebody else's: the work itself goes on, and says itself how it went.
      }
    },
  };
}

/**
 * A home folder that is not there is not made; the log is two folders deep below it at most (`~/.local/state/pikeep`). "sudo
 * pikeep" keeps the home of whoever calls it, and must not take their log from them.
 */
function mayKeep(folder: string): boolean {
  const home = dirname(dirname(dirname(folder)));
  const nearest = [folder, dirname(folder), dirname(dirname(folder)), home].find(existsSync);
  if (nearest === undefined) return false;
  return process.getuid?.() !== 0 || statSync(nearest).uid === 0;
}

/** What does not fit into a line is left out, the largest first. */
function lineOf(
  what: LogWhat,
  fields: Readonly<Record<string, unknown>>,
  mark: Mark,
  now: number,
): string {
  const head = { at: new Date(now).toISOString(), pid: process.pid, what };
  const all = { ...head, ...redactFacts(fields, mark) };
  const { facts: _facts, ...withoutFacts } = all as typeof all & { facts?: unknown };
  for (const entry of [all, withoutFacts, head]) {
    const line = `${JSON.stringify(entry)}\n`;
    if (Buffer.byteLength(line) <= MAX_LINE) return line;
  }
  return '';
}

function append(folder: string, line: string, fileBytes: number): void {
  const file = join(folder, logNames[0]);
  const fd = openToAppend(file);
  try {
    const { size } = fstatSync(fd);
    if (size + line.length <= fileBytes || !rotate(folder, fileBytes, line.length)) {
      writeSync(fd, line);
      return;
    }
  } finally {
    closeSync(fd);
  }
  const fresh = openToAppend(file);
  try {
    writeSync(fresh, line);
  } finally {
    closeSync(fresh);
  }
}

function openToAppend(file: string): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
  const fd = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error('the log is no file');
}
