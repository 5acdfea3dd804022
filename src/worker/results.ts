/** What backing up, verifying, comparing and inspecting come to. */

import * as v from 'valibot';
import { portraitSchema } from '../engine/portrait-schema.ts';
import { bytes, partitionUse, text } from './fields.ts';
import { knownBackupSchema } from './restore-results.ts';

const checkSchema = v.object({ name: text, ok: v.boolean(), detail: text });

/** Names of files in a result; `moreFiles` counts the others, and the manifest has them by range. */
export const MAX_DAMAGED_FILES = 100;

/** What a card did not give when it was backed up. */
const damageSchema = v.object({
  ranges: bytes,
  bytes,
  /** Damaged files, those that a Pi needs first: "/home/pi/x", or "boot:/config.txt" beside the system. */
  files: v.pipe(v.array(text), v.maxLength(MAX_DAMAGED_FILES)),
  moreFiles: bytes,
  /** What that means, in sentences. */
  words: text,
});

/** Where an image has zeros because its card could not be read. */
const unreadableSchema = v.object({ ranges: bytes, bytes });

export const backupResultSchema = v.object({
  task: v.literal('backup'),
  image: text,
  manifest: text,
  /** What to call the Pi: its hostname, else a label, else "Raspberry Pi card" or the medium's name. */
  title: text,
  /** Size of the card and of the unpacked image. */
  bytes,
  /** Space the image takes on the disk. */
  storedBytes: bytes,
  /** Read from the card. */
  readBytes: bytes,
  /** Of them, bytes that an earlier process had copied; absent unless the backup was continued. */
  continuedBytes: v.optional(bytes),
  seconds: v.pipe(v.number(), v.minValue(0)),
  verified: v.nullable(v.picklist(['read-back', 'read-back-cached'])),
  plainSha256: v.nullable(text),
  /** Null as a rule; else the backup is incomplete. */
  unreadable: v.nullable(damageSchema),
  checks: v.array(checkSchema),
  ejected: v.boolean(),
});
export type BackupResult = v.InferOutput<typeof backupResultSchema>;

export const verifyResultSchema = v.object({
  task: v.literal('verify'),
  image: text,
  bytes,
  verified: v.picklist(['read-back', 'read-back-cached']),
  /** Null unless the backup is incomplete. */
  unreadable: v.nullable(unreadableSchema),
  seconds: v.pipe(v.number(), v.minValue(0)),
});
export type VerifyResult = v.InferOutput<typeof verifyResultSchema>;

/** More than anybody reads; `moreDifferences` counts the others. */
export const MAX_DIFFERENCES = 2000;

const differenceSchema = v.object({
  offset: bytes,
  bytes,
  /** As the partition table counts; null outside of all partitions. */
  partition: v.nullable(bytes),
  /** What lies there: a path, or a structure of the file system. */
  what: text,
  /** It is what mounting writes; with the verdict "mounted" everything is, and that was proven. */
  mounting: v.boolean(),
});

export const compareResultSchema = v.object({
  task: v.literal('compare'),
  image: text,
  disk: text,
  /** "mounted": the same files with the same content, but somebody mounted the card. */
  verdict: v.picklist(['same', 'mounted', 'differs']),
  /** Bytes of the card that were compared. */
  bytes,
  /** Could not be read when the image was made, and so cannot be compared; null unless the backup is incomplete. */
  notCompared: v.nullable(unreadableSchema),
  /** Bytes that differ, in whole sectors. */
  differingBytes: bytes,
  differences: v.pipe(v.array(differenceSchema), v.maxLength(MAX_DIFFERENCES)),
  moreDifferences: bytes,
  seconds: v.pipe(v.number(), v.minValue(0)),
});
export type CompareResult = v.InferOutput<typeof compareResultSchema>;

export const inspectResultSchema = v.object({
  task: v.literal('inspect'),
  target: text,
  bytes,
  sectorBytes: bytes,
  scheme: v.picklist(['mbr', 'gpt', 'none']),
  tableId: v.nullable(text),
  title: text,
  /** "yes": boot files were seen. "likely": only the layout. */
  pi: v.picklist(['yes', 'likely', 'no']),
  evidence: v.array(text),
  hostname: v.nullable(text),
  os: v.nullable(text),
  /** The image whose restore to this card did not finish. */
  unfinished: v.nullable(text),
  partitions: v.array(
    v.object({
      index: v.number(),
      offset: bytes,
      bytes,
      typeName: text,
      fileSystem: v.nullable(text),
      label: v.nullable(text),
      uuid: v.nullable(text),
      ...partitionUse,
    }),
  ),
  /** What a backup would read. */
  readBytes: bytes,
  checks: v.array(checkSchema),
  warnings: v.array(text),
  /** What the card or the image says of its Pi; null behind the mark of an unfinished restore. */
  portrait: v.nullable(portraitSchema),
  /** Of a card; null for an image, where no library was named, and where no backup is known. */
  lastBackup: v.nullable(knownBackupSchema),
});
export type InspectResult = v.InferOutput<typeof inspectResultSchema>;
