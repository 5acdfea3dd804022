/** The form of `record.json`: what a restore replaced, how far it came, and how it ended. Schema 1. */

import * as v from 'valibot';
import { partitionKinds } from '../engine/disk.ts';

/** Larger files are no record. */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** Saved blocks of a card: its first and last MiB and whatever else a marker stands on. */
const MAX_BLOCKS = 64;
/** Ways to show one card. */
const MAX_AFTER = 4;

const text = v.pipe(v.string(), v.maxLength(4096));
const maybeText = v.nullable(text);
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const time = v.pipe(v.string(), v.isoTimestamp());

/**
 * marked: the old content is saved, and nothing but the marker may be on the card. writing: the old content is going. proving:
 * all is written or about to be, and is being read back. done, failed: so the restore ended. put-back: the old content is on the card, as it was.
 */
const recordStates = ['marked', 'writing', 'proving', 'done', 'failed', 'put-back'] as const;
export type RecordState = (typeof recordStates)[number];

const weakSchema = v.object({
  bytes,
  mediaName: maybeText,
  diskUuid: maybeText,
  tableId: maybeText,
  partitions: v.array(v.object({ bytes, kind: v.picklist(partitionKinds), uuid: maybeText })),
});

export const recordSchema = v.object({
  schema: v.literal(1),
  /** The same as in the marker on the card. */
  id: text,
  state: v.picklist(recordStates),
  image: v.object({ path: text, title: text, bytes }),
  disk: v.object({ id: text, path: text, mediaName: maybeText, bytes, sectorBytes: bytes }),
  /** What the system showed of the card before. */
  weak: weakSchema,
  /** What it shows of the card from "proving" on, on one system or another; null before. */
  after: v.optional(v.nullable(v.pipe(v.array(weakSchema), v.maxLength(MAX_AFTER))), null),
  /** What is overwritten. */
  old: v.object({
    title: text,
    content: text,
    scheme: v.picklist(['mbr', 'gpt', 'none']),
    tableId: maybeText,
    partitions: v.array(
      v.object({
        index: bytes,
        offset: bytes,
        bytes,
        type: text,
        fileSystem: maybeText,
        label: maybeText,
        uuid: maybeText,
      }),
    ),
  }),
  /** Parts of the old content, in files beside this one. */
  blocks: v.pipe(
    v.array(
      v.object({
        file: v.pipe(v.string(), v.regex(/^block-\d{1,17}\.bin$/)),
        offset: bytes,
        bytes,
        sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      }),
    ),
    v.maxLength(MAX_BLOCKS),
  ),
  times: v.object({ started: time, writing: v.nullable(time), ended: v.nullable(time) }),
  /** One sentence on how it stands, for whoever opens the file. */
  summary: text,
  error: v.nullable(v.object({ code: text, message: text })),
  warnings: v.array(text),
  /** As the worker reports it; null until it is done. */
  result: v.nullable(v.record(v.string(), v.unknown())),
  tool: v.object({ name: text, version: text }),
});
export type RestoreRecord = v.InferOutput<typeof recordSchema>;
