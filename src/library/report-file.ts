/**
 * When an image was last checked, and what came of it. Kept with what the program writes down, not beside the image: a library
 * may be read-only or synced, and a manifest never changes. A file there is named by the content of the backup, so that a backup
 * that is moved or renamed keeps its result; of copies each has its own. An image without a manifest is known by its path.
 */

import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as v from 'valibot';
import { errnoOf } from '../engine/errors.ts';
import { verdicts } from '../engine/health.ts';
import { findingsSchema } from './check-records.ts';
import { destinationError } from './destination-error.ts';
import { syncPath } from './names-on-disk.ts';
import { readOrdinaryFile } from './ordinary-file.ts';

const text = v.pipe(v.string(), v.maxLength(4096));
const amount = v.pipe(v.number(), v.minValue(0));

const entrySchema = v.object({
  path: text,
  /** Of the image file then: another size or time of change is another file. */
  bytes: amount,
  modifiedMs: v.number(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  verdict: v.picklist(verdicts),
  sentence: text,
  method: v.nullable(v.picklist(['read-back', 'read-back-cached'])),
  checks: v.optional(findingsSchema, []),
  /** Findings that had no room. */
  more: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
  /** The content was read and compared, and not only what lies around it. */
  wasRead: v.optional(v.boolean(), true),
});
type Entry = v.InferOutput<typeof entrySchema>;

/** Copies of one backup. */
const MAX_ENTRIES = 32;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const fileSchema = v.object({
  schema: v.literal(1),
  checks: v.pipe(v.array(entrySchema), v.maxLength(MAX_ENTRIES)),
});

/** The outcome of a check in which the content was read. */
export type LastCheck = Pick<Entry, 'at' | 'verdict' | 'sentence' | 'method'>;

/** Everything that is kept of a check. */
export type KeptCheck = Omit<Entry, 'path' | 'bytes' | 'modifiedMs'>;

/** An image file as it is now. */
export interface CheckedFile {
  /** Of the manifest; null where there is none. */
  readonly contentSha256: string | null;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** As `readKeptCheck`, if the content was read. */
export async function readLastCheck(
  recordsFolder: string,
  image: CheckedFile,
): Promise<LastCheck | null> {
  const kept = await readKeptCheck(recordsFolder, image);
  if (!kept?.wasRead) return null;
  const { at, verdict, sentence, method } = kept;
  return { at, verdict, sentence, method };
}

/**
 * Null when it was never checked here, or was changed since. A file that lies elsewhere now is known again as long as nothing
 * lies in its old place: else it is a copy, which nobody has read.
 */
export async function readKeptCheck(
  recordsFolder: string,
  image: CheckedFile,
): Promise<KeptCheck | null> {
  const alike = (await readEntries(fileOf(recordsFolder, image))).filter(
    ({ bytes, modifiedMs }) => bytes === image.bytes && modifiedMs === image.modifiedMs,
  );
  const own = alike.find((entry) => entry.path === image.path) ?? (await moved(alike));
  if (!own) return null;
  const { path: _path, bytes: _bytes, modifiedMs: _modified, ...check } = own;
  return check;
}

/** Throws DESTINATION_FULL, DESTINATION_NOT_WRITABLE, DESTINATION_FAILED. */
export async function keepCheck(
  recordsFolder: string,
  image: CheckedFile,
  check: KeptCheck,
): Promise<void> {
  const file = fileOf(recordsFolder, image);
  const { path: imagePath, bytes, modifiedMs } = image;
  try {
    const others: Entry[] = [];
    for (const entry of await readEntries(file)) {
      const isOld = entry.path === imagePath || !(await exists(entry.path));
      if (!isOld) others.push(entry);
    }
    const own = { path: imagePath, bytes, modifiedMs, ...check };
    await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await replace(file, contentOf([own, ...others].slice(0, MAX_ENTRIES)));
  } catch (error) {
    throw destinationError(error, path.dirname(file));
  }
}

function fileOf(recordsFolder: string, { contentSha256, path: imagePath }: CheckedFile): string {
  const name = contentSha256 ?? createHash('sha256').update(`image ${imagePath}`).digest('hex');
  return path.join(recordsFolder, 'checks', `${name}.json`);
}

/** Without the oldest copies where all of them would be too much to be read again. */
function contentOf(checks: readonly Entry[]): string {
  const content = `${JSON.stringify({ schema: 1, checks }, null, 2)}\n`;
  const isTooLong = checks.length > 1 && Buffer.byteLength(content) > MAX_FILE_BYTES;
  return isTooLong ? contentOf(checks.slice(0, -1)) : content;
}

/** The newest whose file is gone from where it lay. */
async function moved(entries: readonly Entry[]): Promise<Entry | null> {
  for (const entry of entries) if (!(await exists(entry.path))) return entry;
  return null;
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.lstat(file);
    return true;
  } catch (error) {
    // A disk that is not plugged in counts as gone, too: then the file here is the one there is.
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return false;
    return true;
  }
}

/** Empty for whatever is no record of ours. */
async function readEntries(file: string): Promise<readonly Entry[]> {
  const found = await readOrdinaryFile(file, MAX_FILE_BYTES);
  if (!found) return [];
  const result = v.safeParse(fileSchema, parse(found.content.toString('utf8')));
  return result.success ? result.output.checks : [];
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** The file is the old one or the new one, whatever happens. */
async function replace(file: string, content: string): Promise<void> {
  const temporary = path.join(path.dirname(file), `.check-${randomUUID()}.json`);
  try {
    const handle = await fs.open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, file);
    await syncPath(path.dirname(file));
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}
