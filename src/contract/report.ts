/** The page of one backup: what is on it, and whether it is any good. */

import * as v from 'valibot';
import { bytes, id, text, time } from './fields.ts';
import { listedBackupSchema, verdictSchema } from './library.ts';

const maybeText = v.nullable(text);
const maybeTime = v.nullable(time);

/** What a card or an image says about its Pi; what is not known is null. */
const portraitSchema = v.object({
  hostname: maybeText,
  /** "Raspberry Pi OS 12 (bookworm) Lite". */
  system: maybeText,
  architecture: maybeText,
  kernels: v.pipe(v.array(text), v.maxLength(32)),
  /** Families of Pis that it can start; null where nothing tells. */
  boots: v.nullable(v.pipe(v.array(text), v.maxLength(64))),
  lastModel: maybeText,
  lastWritten: maybeTime,
  lastShutdown: maybeTime,
  shutdown: v.nullable(v.picklist(['clean', 'unclean'])),
  usedBytes: v.nullable(bytes),
  freeBytes: v.nullable(bytes),
  ssh: v.nullable(v.picklist(['on', 'waiting', 'off'])),
  wifi: v.nullable(v.picklist(['configured', 'waiting', 'none'])),
  /** It has started at least once. */
  started: v.nullable(v.boolean()),
  /** Files that its next start will act on. */
  waiting: v.pipe(v.array(text), v.maxLength(16)),
  timeZone: maybeText,
  software: v.pipe(v.array(v.object({ name: text, version: maybeText })), v.maxLength(64)),
  tableId: maybeText,
  volumes: v.pipe(
    v.array(
      v.object({
        partition: bytes,
        type: text,
        uuid: maybeText,
        label: maybeText,
        bytes: v.nullable(bytes),
        freeBytes: v.nullable(bytes),
        clean: v.nullable(v.boolean()),
      }),
    ),
    v.maxLength(16),
  ),
});
export type PortraitView = v.InferOutput<typeof portraitSchema>;

const findingSchema = v.object({
  /** In the words of `engine/health.ts`: "content", "boot files", "file system", … */
  name: text,
  /** Null where it is not about one. */
  partition: v.nullable(bytes),
  /** "remark": worth knowing, and nothing is lost by it. "fail": damaged, or a Pi would not start. */
  state: v.picklist(['ok', 'remark', 'fail']),
  detail: text,
  /** What to do; null where nothing has to be done. */
  next: maybeText,
});
export type FindingView = v.InferOutput<typeof findingSchema>;

export const reportQuery = v.strictObject({ ask: v.literal('report'), backup: id });

export const reportAnswer = v.object({
  ask: v.literal('report'),
  /** Null for an image without a manifest. */
  backup: v.nullable(listedBackupSchema),
  /** File name of the image. */
  name: text,
  /** Its folder, with the home folder as "~". */
  place: text,
  /** Whose it is; null for an image without a manifest. */
  pi: v.nullable(id),
  portrait: v.nullable(portraitSchema),
  /** What the last check came to; null: it was never checked. */
  verdict: v.nullable(verdictSchema),
  /** The verdict in a sentence. */
  sentence: maybeText,
  checkedAt: maybeTime,
  findings: v.pipe(v.array(findingSchema), v.maxLength(64)),
  moreFindings: bytes,
  /** Ranges of the card that could not be read, and what lies there. */
  unreadable: v.pipe(v.array(v.object({ offset: bytes, bytes, what: maybeText })), v.maxLength(50)),
  moreUnreadable: bytes,
  /** Of the packed or plain image, and of its content; null where it was not made. */
  hashes: v.pipe(v.array(v.object({ of: text, sha256: text })), v.maxLength(8)),
});
