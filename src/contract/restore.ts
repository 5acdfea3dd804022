/** Backups that can be restored, and the page on which a restore is chosen and confirmed. */

import * as v from 'valibot';
import { bytes, growthSchema, id, partitionSchema, problemSchema, text, time } from './fields.ts';

/** A backup of the library, as a list shows it. */
export const backupSchema = v.object({
  /** Names it in a command. */
  backup: id,
  title: text,
  /** File name of the image. */
  name: text,
  at: time,
  /** Size of the card it was made of. */
  bytes,
  format: v.picklist(['img', 'img.gz', 'img.zst']),
  /** Proven when it was made. */
  verified: v.boolean(),
  /** Some ranges of the card could not be read. */
  incomplete: v.boolean(),
});
export type BackupView = v.InferOutput<typeof backupSchema>;

/** What is restored: a backup, or an image without a manifest. */
const restoredSchema = v.object({
  ...v.pick(backupSchema, ['backup', 'title', 'name', 'incomplete']).entries,
  at: v.nullable(time),
  /** Of the card; of an image without a manifest, of its file. */
  bytes,
  /** Null: not a backup of PiKeep. */
  verified: v.nullable(v.boolean()),
});

/** A card that may be written. */
const targetSchema = v.object({
  disk: id,
  card: id,
  title: text,
  /** What is on it, in words, as far as is known so far. */
  content: text,
  subtitle: text,
  bytes,
  kind: v.picklist(['pi', 'removable']),
  lastBackup: v.nullable(time),
  /** The backup seems to be of this very card. */
  isOrigin: v.boolean(),
  /** A restore to it did not finish. */
  unfinished: v.boolean(),
  /** Nobody has proven what a restore wrote to it. */
  unproven: v.optional(v.boolean()),
  /** Its lock switch is on. */
  locked: v.boolean(),
  /** The job that works on it; nothing else may start there. */
  job: v.nullable(id),
});

/** The left side of the question: what is on the card, and goes. */
const lostSchema = v.object({
  title: text,
  content: text,
  bytes,
  partitions: v.array(partitionSchema),
  lastBackup: v.nullable(time),
  /** What changed on it since: "About 1.2 GB changed since your backup of Tuesday"; null where that is not known. */
  since: v.nullable(text),
  /** The image that was being restored to it when that was cut off. */
  unfinished: v.nullable(text),
  /** That restore has written nothing but its mark: what was there before can come back. */
  canUndo: v.boolean(),
  /** There is something on it, and no backup of that is known. */
  backUpFirst: v.boolean(),
});

/** The right side: what will be on the card. */
const writtenSchema = v.object({
  title: text,
  name: text,
  at: v.nullable(time),
  bytes: v.nullable(bytes),
  /** What of it is written; null where only unpacking can tell. */
  mappedBytes: v.nullable(bytes),
  mapOrigin: v.picklist(['manifest', 'bmap', 'whole']),
  /** Null: not a backup of PiKeep. */
  verified: v.nullable(v.boolean()),
  /** How many ranges of the card could not be read when it was made. */
  unreadable: bytes,
  warnings: v.array(text),
});

const chosenStateSchema = v.variant('is', [
  v.object({ is: v.literal('looking') }),
  v.object({ is: v.literal('failed'), problem: problemSchema }),
  v.object({
    is: v.literal('ready'),
    /** Stands for exactly what is shown here; a start with another one is refused. Null: it cannot be written. */
    token: v.nullable(id),
    lost: lostSchema,
    written: writtenSchema,
    /** Null: not known before unpacking. */
    fits: v.nullable(v.boolean()),
    fit: text,
    growth: v.nullable(growthSchema),
    /** What the user has to type before it is written over; null where one click is enough. */
    typeName: v.nullable(text),
  }),
]);

export const restoreSchema = v.object({
  backup: restoredSchema,
  targets: v.array(targetSchema),
  chosen: v.nullable(v.object({ disk: id, card: id, state: chosenStateSchema })),
  /** "confirm": the user has chosen, and is shown what will be lost. */
  step: v.picklist(['choose', 'confirm']),
  /** What was to be confirmed is not what is there any more. */
  changed: v.boolean(),
  /** Volumes in use will be unmounted by force. */
  forceUnmount: v.boolean(),
});
export type RestoreView = v.InferOutput<typeof restoreSchema>;
export type TargetView = RestoreView['targets'][number];
export type ChosenState = v.InferOutput<typeof chosenStateSchema>;
export type ReadyState = Extract<ChosenState, { is: 'ready' }>;
