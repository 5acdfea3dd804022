/** Reads the log back, for a report. What stands in it counts as hostile: it is hidden once more before it is shown. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Mark, type RedactedFacts, redactFacts } from '../engine/redact.ts';
import { LOG_FILE_BYTES, logNames } from './log-place.ts';

const entrySchema = v.looseObject({
  at: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  pid: v.pipe(v.number(), v.safeInteger()),
  what: v.pipe(v.string(), v.regex(/^[a-z-]{1,20}$/)),
});

export interface LogEntry {
  readonly at: string;
  readonly pid: number;
  readonly what: string;
  readonly fields: RedactedFacts;
}

/** Bytes of the end of each file; a file that is longer was not written by us. */
const MAX_BYTES = LOG_FILE_BYTES + 65536;

/** The last `most` entries, the oldest first; none where there is no log. Lines that are no entries are passed over. */
export async function readLog(
  folder: string,
  mark: Mark,
  most: number,
): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  // The newest file first; older ones only while there are too few.
  for (const name of logNames) {
    if (entries.length >= most) break;
    const lines = (await readEnd(join(folder, name))).split('\n');
    entries.unshift(...lines.flatMap((line) => parse(line, mark)).slice(entries.length - most));
  }
  return entries;
}

function parse(line: string, mark: Mark): LogEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [];
  }
  const parsed = v.safeParse(entrySchema, value);
  if (!parsed.success) return [];
  const { at, pid, what, ...fields } = parsed.output;
  return [{ at, pid, what, fields: redactFacts(fields, mark) }];
}

async function readEnd(file: string): Promise<string> {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  try {
    const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return '';
      const bytes = Math.min(stats.size, MAX_BYTES);
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(bytes),
        0,
        bytes,
        stats.size - bytes,
      );
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // No log yet, or none that may be read: a report says what it can without.
    return '';
  }
}
