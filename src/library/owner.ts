/** Who is making a partial image, so that the next start can tell a running backup from a dead one. */

import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import * as os from 'node:os';
import * as v from 'valibot';
import { errnoOf } from '../engine/errors.ts';

/** The note of NAME.img.partial is NAME.img.partial.json. */
export const OWNER_SUFFIX = '.json';

const ownerSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** When the computer was started, in seconds since 1970: process numbers begin anew with it. */
  booted: v.number(),
  /** When the process was started, as the system counts it; null where that cannot be asked. Numbers are given out again. */
  started: v.nullable(v.string()),
});

/** The note of a process that has let go of its partial, and will end soon: it belongs to nobody. */
export const ENDED_NOTE = '{"ended":true}';

/** Clocks are set while a computer runs; this much disagreement about its start is no restart. */
const BOOT_TOLERANCE_SECONDS = 120;

/** Milliseconds without a write after which a backup of another computer has ended; clocks may differ by hours. */
const SILENCE_MS = 24 * 3600_000;

export function ownerNote(): v.InferOutput<typeof ownerSchema> {
  const started = lookUp(process.pid)?.started ?? null;
  return { pid: process.pid, host: os.hostname(), booted: bootTime(), started };
}

/**
 * Puts a note in the place of the one that is there, in one step: one that is half written would belong to nobody. A link that
 * somebody has put there is replaced, and not written through. Throws what the file system throws.
 */
export async function writeNote(ownerPath: string, note: string): Promise<void> {
  const fresh = `${ownerPath}.new`;
  await rm(fresh, { force: true });
  await writeFile(fresh, note, { flag: 'wx', mode: 0o600 });
  await rename(fresh, ownerPath);
}

/**
 * True when the process of the note may still be at work. A note that cannot be read belongs to nobody. One of another
 * computer (a library on a network volume) is left alone while its backup is written to: `written` is when it last was, in
 * milliseconds since 1970. It may be this computer's too, since a Mac gets other names in other networks.
 */
export function isOwnerAlive(note: string, written: number): boolean {
  const parsed = v.safeParse(ownerSchema, parseJson(note));
  if (!parsed.success) return false;
  const { pid, host, booted, started } = parsed.output;
  if (host !== os.hostname()) return Date.now() - written < SILENCE_MS;
  if (Math.abs(booted - bootTime()) > BOOT_TOLERANCE_SECONDS) return false;
  const found = lookUp(pid);
  if (found) return !found.hasEnded && (started === null || started === found.started);
  return answersSignals(pid);
}

/** What Linux says of a process (man 5 proc, /proc/PID/stat); null elsewhere, or when there is no such process. */
function lookUp(pid: number): { started: string; hasEnded: boolean } | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
  // The name in parentheses may hold anything; what follows the last one is plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended, and only waits for its parent to notice.
  return { started: fields[19] ?? '', hasEnded: ['Z', 'X'].includes(fields[0] ?? '') };
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

function bootTime(): number {
  return Math.round(Date.now() / 1000 - os.uptime());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
