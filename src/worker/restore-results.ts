/** What looking before a restore, restoring and undoing come to. */

import * as v from 'valibot';
import { bytes, text } from './fields.ts';

/** What a larger card means for the last partition. */
const growthSchema = v.object({
  /** Bytes of the card behind what the image uses; 0 when there is nothing worth taking. */
  spareBytes: bytes,
  /** How the system on the image can take them on its first start; null when it cannot. */
  method: v.nullable(text),
  /** For people: what that does, or which command on the Pi does it. */
  advice: text,
});

const surveyedImageSchema = v.object({
  path: text,
  title: text,
  /** Of the unpacked image; null for a packed image of another program, which only unpacking can tell. */
  bytes: v.nullable(bytes),
  /** What of it will be written; null likewise. */
  mappedBytes: v.nullable(bytes),
  /** "manifest": a backup of PiKeep. "bmap": from elsewhere, with a block map. "whole": every byte is written. */
  mapOrigin: v.picklist(['manifest', 'bmap', 'whole']),
  /** When the backup was made (ISO 8601); null where nothing says so. */
  at: v.nullable(text),
  /** Proven when it was made. Null: not a backup of PiKeep. */
  verified: v.nullable(v.boolean()),
  /** Ranges of the card that could not be read when it was made. */
  unreadable: bytes,
  warnings: v.array(text),
});

/** The newest backup in the library that is, or seems to be, of a card. */
export const knownBackupSchema = v.object({
  image: text,
  at: text,
  /** What became of the card since, by what its file systems say of themselves; null where that is not known. */
  changed: v.nullable(
    v.object({
      verdict: v.picklist(['same', 'changed']),
      /** About how much of it was written, in bytes; null where nobody counted. */
      bytes: v.nullable(bytes),
      /** More than `bytes`: not all of it was counted. */
      isAtLeast: v.boolean(),
      /** "about 1.2 GB changed since", "same as your backup of Tuesday". */
      words: text,
    }),
  ),
});
export type KnownBackup = v.InferOutput<typeof knownBackupSchema>;

const surveyedTargetSchema = v.object({
  disk: text,
  title: text,
  /** What is on it, in words: "octopi, Raspberry Pi OS 12", "camera card, 214 photos", "empty". */
  content: text,
  bytes,
  mediaName: v.nullable(text),
  partitions: v.array(v.object({ kind: text, label: v.nullable(text), bytes })),
  /** Null: none is known. */
  lastBackup: v.nullable(knownBackupSchema),
  /** It is the card the image was made of, as far as can be told without more rights. */
  isOrigin: v.boolean(),
  /** The image that was being restored to it when that was cut off. */
  unfinished: v.nullable(text),
  /** Nothing but the marker has been written: `undo` can bring the old content back. */
  canUndo: v.boolean(),
  /** An external disk that is no card: it has to be confirmed by typing `title`. */
  mustTypeName: v.boolean(),
});

export const surveyResultSchema = v.object({
  task: v.literal('survey'),
  image: surveyedImageSchema,
  target: surveyedTargetSchema,
  /** Null: not known before unpacking. Otherwise what `TARGET_TOO_SMALL` would say, or that it fits. */
  fits: v.nullable(v.boolean()),
  /** One sentence on the fit, or why it does not fit. */
  fit: text,
  /** The facts of `TARGET_TOO_SMALL` where `fits` is false. */
  misfit: v.optional(
    v.nullable(v.object({ missingBytes: bytes, what: text, command: v.nullable(text) })),
  ),
  growth: v.nullable(growthSchema),
});
export type SurveyResult = v.InferOutput<typeof surveyResultSchema>;

export const restoreResultSchema = v.object({
  task: v.literal('restore'),
  image: text,
  disk: text,
  title: text,
  /** Size of the card. */
  bytes,
  /** Everything that is on the card now because of this restore. */
  mappedBytes: bytes,
  writtenBytes: bytes,
  /** Found right on the card, and left. */
  skippedBytes: bytes,
  mode: v.picklist(['full', 'differential']),
  mapOrigin: v.picklist(['manifest', 'bmap', 'whole']),
  /** Read back from the card and compared after everything was written. */
  provenBytes: bytes,
  verified: v.picklist(['read-back', 'read-back-cached']),
  seconds: v.pipe(v.number(), v.minValue(0)),
  /** Of these: writing, with flushing. */
  writeSeconds: v.pipe(v.number(), v.minValue(0)),
  growth: v.nullable(growthSchema),
  /** The system will take the rest of the card on its first start. */
  willGrow: v.boolean(),
  /** What was changed on the way, and why: "the backup of the partition table, moved to the end of the card". */
  adjusted: v.array(text),
  ejected: v.boolean(),
  /** The report of this restore, beside what was saved of the old content. */
  report: text,
});
export type RestoreResult = v.InferOutput<typeof restoreResultSchema>;

export const undoResultSchema = v.object({
  task: v.literal('undo'),
  disk: text,
  title: text,
});
export type UndoResult = v.InferOutput<typeof undoResultSchema>;
