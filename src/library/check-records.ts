/**
 * What the last check of each backup came to, as the app knows it. A record belongs to the content of a backup and to the time
 * it was made, so it follows an image that is moved or renamed. The first versions kept them in one file of the library; what
 * is in it still counts, and is taken over by whoever looks (`last-read.ts`) into the records folder (`report-file.ts`).
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { healthNames, healthStates, verdicts } from '../engine/health.ts';
import { readJsonFile } from './json-file.ts';
import type { LibraryBackup } from './library.ts';

/** Nothing is written to it any more. */
export const CHECKS_FILE = 'checks.json';

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_RECORDS = 5000;
export const MAX_FINDINGS = 64;
export const MAX_SENTENCE = 2000;

const text = v.pipe(v.string(), v.maxLength(MAX_SENTENCE));

/** What a check found, as it is kept. */
export const findingsSchema = v.pipe(
  v.array(
    v.object({
      name: v.picklist(healthNames),
      partition: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
      state: v.picklist(healthStates),
      detail: text,
      next: v.nullable(text),
    }),
  ),
  v.maxLength(MAX_FINDINGS),
);

const recordSchema = v.object({
  backup: v.pipe(v.string(), v.maxLength(64)),
  /** When the check had ended (ISO 8601). */
  at: v.pipe(v.string(), v.isoTimestamp()),
  verdict: v.picklist(verdicts),
  sentence: text,
  checks: findingsSchema,
  /** Checks that had no room. */
  more: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** The content was read, and not only what lies around it. */
  wasRead: v.boolean(),
  /** Size and last change of the image that was checked: another file by then was not. */
  image: v.object({ bytes: v.number(), modified: v.number() }),
});
export type CheckRecord = v.InferOutput<typeof recordSchema>;

const fileSchema = v.object({
  schema: v.literal(1),
  checks: v.pipe(v.array(recordSchema), v.maxLength(MAX_RECORDS)),
});

export type CheckRecords = ReadonlyMap<string, CheckRecord>;

/** Which record is a backup's; a copy made by hand has its own. */
export function checkKey({ contentSha256, at, path, copyOf }: CheckedBackup): string {
  const own = contentSha256 === null || copyOf !== null;
  const what = `${contentSha256} ${at}${own ? ` ${path}` : ''}`;
  return createHash('sha256').update(what).digest('hex').slice(0, 40);
}

/** `contentSha256`: null for an image without a manifest, which nothing but its path can name. */
export type CheckedBackup = Pick<LibraryBackup, 'at' | 'path' | 'copyOf'> & {
  readonly contentSha256: string | null;
};

/** Those of the first versions. Never throws: what cannot be read is nothing. */
export async function readChecks(library: string): Promise<CheckRecords> {
  const content = await readJsonFile(join(library, CHECKS_FILE), fileSchema, MAX_BYTES);
  return new Map(content?.checks.map((record) => [record.backup, record]));
}
