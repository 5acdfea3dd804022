/** What a worker can be asked to do. */

import * as v from 'valibot';
import { imageFormats } from '../engine/image/image-format.ts';
import { text, weakIdentitySchema } from './fields.ts';

/** Disks that can be marked “never touch”. */
export const MAX_NEVER_TOUCH = 256;

/** Which disks there are for this task, and how they may be opened. */
const sourceSchema = v.object({
  /** Folder that stands in for the card reader; null for the machine's own disks. */
  slot: v.nullable(text),
  allowDiskImage: v.boolean(),
  allowOtherExternal: v.boolean(),
  /** Keys (`engine/disk-key.ts`) of disks the user marked “never touch”. */
  neverTouch: v.pipe(v.array(text), v.maxLength(MAX_NEVER_TOUCH)),
  /** One way of opening only; null tries them in order. */
  door: v.nullable(v.picklist(['direct', 'authopen', 'helper'])),
});

export const backupTaskSchema = v.object({
  task: v.literal('backup'),
  disk: text,
  /** What the offer showed; null when the user named the disk on a command line. */
  expected: v.nullable(weakIdentitySchema),
  source: sourceSchema,
  destination: v.variant('kind', [
    /** A folder per Pi and a dated name are made below the library. */
    v.object({ kind: v.literal('library'), folder: text }),
    /** A dated name is made in this folder, which exists. */
    v.object({ kind: v.literal('folder'), folder: text }),
    /** Exactly this file, which must not exist. */
    v.object({ kind: v.literal('file'), path: text }),
  ]),
  format: v.picklist(imageFormats),
  /** Copy every byte, used or not. */
  wholeCard: v.boolean(),
  /** Hash the unpacked image as a whole too; a whole card always is. */
  fullHash: v.boolean(),
  /** "card": the image is proven, and then the card is read a second time and compared. */
  verify: v.picklist(['image', 'card', 'none']),
  forceUnmount: v.boolean(),
  ejectWhenDone: v.boolean(),
});

export const verifyTaskSchema = v.object({ task: v.literal('verify'), image: text });

/** Compares a card with an image that was made of it. */
export const compareTaskSchema = v.object({
  task: v.literal('compare'),
  image: text,
  disk: text,
  /** What the user was shown; null when they named the disk themselves. */
  expected: v.nullable(weakIdentitySchema),
  source: sourceSchema,
  forceUnmount: v.boolean(),
});

export const inspectTaskSchema = v.object({
  task: v.literal('inspect'),
  /** A disk id, a device path, or an image file. */
  target: text,
  source: sourceSchema,
});

/** What the user was shown, and confirmed, about where a restore goes. */
const targetSchema = {
  disk: text,
  /** Read again right before opening; another card is IDENTITY_CHANGED. */
  expected: weakIdentitySchema,
  source: sourceSchema,
  /** The folder of images; the disk below it is never written. */
  library: text,
  forceUnmount: v.boolean(),
};

/**
 * Looks at an image and at the card it may go to, for the question before a restore. Shows no dialog: what of the card needs
 * rights that nobody has given stays unknown.
 */
export const surveyTaskSchema = v.object({
  task: v.literal('survey'),
  image: text,
  disk: text,
  source: sourceSchema,
  library: text,
  /** Where it is looked up whether a restore that was cut off can be undone. */
  recordsFolder: text,
});

export const restoreTaskSchema = v.object({
  task: v.literal('restore'),
  image: text,
  ...targetSchema,
  /** "auto" compares samples first, and writes only what differs where that is faster. */
  mode: v.picklist(['auto', 'full', 'differential']),
  /** On a larger card: leave the rest unused, or have the system take it on its first start, where its release can. */
  grow: v.picklist(['leave', 'first-boot']),
  ejectWhenDone: v.boolean(),
  /** Where the first and last MiB of what is overwritten, and the report, are kept. */
  recordsFolder: text,
});

/** Brings back the old content of a card on which a restore has written nothing but its marker. */
export const undoTaskSchema = v.object({
  task: v.literal('undo'),
  ...targetSchema,
  recordsFolder: text,
});

export const taskSchema = v.variant('task', [
  backupTaskSchema,
  verifyTaskSchema,
  compareTaskSchema,
  inspectTaskSchema,
  surveyTaskSchema,
  restoreTaskSchema,
  undoTaskSchema,
]);
export type Task = v.InferOutput<typeof taskSchema>;
export type BackupTask = v.InferOutput<typeof backupTaskSchema>;
export type VerifyTask = v.InferOutput<typeof verifyTaskSchema>;
export type CompareTask = v.InferOutput<typeof compareTaskSchema>;
export type InspectTask = v.InferOutput<typeof inspectTaskSchema>;
export type SurveyTask = v.InferOutput<typeof surveyTaskSchema>;
export type RestoreTask = v.InferOutput<typeof restoreTaskSchema>;
export type UndoTask = v.InferOutput<typeof undoTaskSchema>;
