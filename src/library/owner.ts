/** Who is making a partial image, so that the next start can tell a running backup from a dead one. */

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
});

/** Clocks are set while a computer runs; this much disagreement about its start is no restart. */
const BOOT_TOLERANCE_SECONDS = 120;

export function ownerNote(): v.InferOutput<typeof ownerSchema> {
  return { pid: process.pid, host: os.hostname(), booted: bootTime() };
}

/**
 * True when the process of the note may still be at work. A note that cannot be read belongs to nobody; one of another
 * computer (a library on a network volume) is left alone.
 */
export function isOwnerAlive(note: string): boolean {
  const parsed = v.safeParse(ownerSchema, parseJson(note));
  if (!parsed.success) return false;
  const { pid, host, booted } = parsed.output;
  if (host !== os.hostname()) return true;
  if (Math.abs(booted - bootTime()) > BOOT_TOLERANCE_SECONDS) return false;
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
