/** What a worker can be asked to do. */

import * as v from 'valibot';
import { imageFormats } from '../engine/image/image-format.ts';
import { bytes, text, weakIdentitySchema } from './fields.ts';
import { filePath, MAX_LISTED } from './file-results.ts';

/** Disks that can be marked “never touch”. */
export const MAX_NEVER_TOUCH = 256;

/** What nobody asked for otherwise, and the most: a week. */
export const RESCUE_MINUTES = 30;
export const MAX_RESCUE_MINUTES = 7 * 24 * 60;

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
  /** How long a dying card is tried without anything more being read. */
  rescueMinutes: v.optional(v.pipe(bytes, v.minValue(1), v.maxValue(MAX_RESCUE_MINUTES))),
  /**
   * The `.partial` of an unfinished backup of this card, which is carried on where and how it was begun, whatever
   * `destination`, `format` and the other wishes say; left out or null, a new one is begun.
   */
  continueFrom: v.optional(v.nullable(text)),
  forceUnmount: v.boolean(),
  ejectWhenDone: v.boolean(),
});

/** Where the manifest may lie that was parted from its image. */
const library = v.optional(text);

export const verifyTaskSchema = v.object({ task: v.literal('verify'), image: text, library });

/** Compares a card with an image that was made of it. */
export const compareTaskSchema = v.object({
  task: v.literal('compare'),
  image: text,
  library,
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
  /** Where backups of a card are looked for; left out, none is. */
  library: v.optional(text),
  source: sourceSchema,
  /** Where images of other programs are unpacked to; without it they are not looked into. `unpack`: this one may be put there. */
  cacheFolder: v.optional(text),
  unpack: v.optional(v.boolean()),
});

/** Is an image, or a card, any good? */
export const checkTaskSchema = v.object({
  task: v.literal('check'),
  /** A disk id, a device path, or an image file. */
  target: text,
  source: sourceSchema,
  /** Do not read the content, nor look at every file. */
  quick: v.boolean(),
  /** Compute the SHA-256 of the image file, and of the unpacked image. */
  hash: v.boolean(),
  /** Where it is kept when a backup was last read. */
  recordsFolder: text,
  library,
  /** Where images of other programs are unpacked to; left out, they are not looked into. */
  cacheFolder: v.optional(text),
  /** Such an image may be put there. */
  unpack: v.optional(v.boolean()),
  /** Nobody waits for it: everything else goes first. */
  gentle: v.optional(v.boolean()),
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

/** Where files are read: a disk id, a device path, or an image file in any format. */
const filesSchema = {
  target: text,
  /** The card as whoever asks saw it: another one behind the same name is refused. */
  expected: v.optional(v.nullable(weakIdentitySchema)),
  source: sourceSchema,
  /**
   * An image of another program that cannot be read from the middle may be unpacked to a file in `cacheFolder`. Otherwise it
   * is NEEDS_UNPACKING, unless that was done before.
   */
  unpack: v.boolean(),
  cacheFolder: text,
};

/** One page of a folder. Shows no dialog for an image. */
export const listFilesTaskSchema = v.object({
  task: v.literal('list-files'),
  ...filesSchema,
  /** "/etc", "boot:/config.txt", "2:/etc" (`engine/file-place.ts`); null for the partitions alone. */
  path: v.nullable(filePath),
  /** Everything below, too. */
  recursive: v.boolean(),
  /** Only names with this in them, capital or not. */
  search: v.nullable(text),
  offset: bytes,
  limit: v.pipe(bytes, v.minValue(1), v.maxValue(MAX_LISTED)),
  /** A listing that takes longer ends with what it has found (milliseconds); left out, it goes to the end. */
  patienceMs: v.optional(bytes),
});

/** Most paths that one command takes. */
const MAX_PATHS = 1000;

/** Takes files and folders out of a card or an image. Nothing is ever overwritten. */
export const extractTaskSchema = v.object({
  task: v.literal('extract'),
  ...filesSchema,
  paths: v.pipe(v.array(filePath), v.minLength(1), v.maxLength(MAX_PATHS)),
  destination: v.variant('kind', [
    /** Into this folder, which exists, each under its own name. */
    v.object({ kind: v.literal('folder'), folder: text }),
    /** The one path becomes exactly this, which must not exist; the folder around it does. */
    v.object({ kind: v.literal('as'), path: text }),
  ]),
});

/** A first look into one file. */
export const previewTaskSchema = v.object({
  task: v.literal('preview'),
  ...filesSchema,
  path: filePath,
});

/** Which files were added, removed and changed from one image (or card) to another. */
export const diffImagesTaskSchema = v.object({
  task: v.literal('diff-images'),
  older: text,
  newer: text,
  source: sourceSchema,
  unpack: v.boolean(),
  cacheFolder: text,
  /** Also reads files that have the same inode, size, time and rights on both sides. */
  content: v.boolean(),
});

export const taskSchema = v.variant('task', [
  backupTaskSchema,
  verifyTaskSchema,
  compareTaskSchema,
  inspectTaskSchema,
  checkTaskSchema,
  surveyTaskSchema,
  restoreTaskSchema,
  undoTaskSchema,
  listFilesTaskSchema,
  extractTaskSchema,
  previewTaskSchema,
  diffImagesTaskSchema,
]);
export type Task = v.InferOutput<typeof taskSchema>;
export type BackupTask = v.InferOutput<typeof backupTaskSchema>;
export type VerifyTask = v.InferOutput<typeof verifyTaskSchema>;
export type CompareTask = v.InferOutput<typeof compareTaskSchema>;
export type CheckTask = v.InferOutput<typeof checkTaskSchema>;
export type InspectTask = v.InferOutput<typeof inspectTaskSchema>;
export type SurveyTask = v.InferOutput<typeof surveyTaskSchema>;
export type RestoreTask = v.InferOutput<typeof restoreTaskSchema>;
export type UndoTask = v.InferOutput<typeof undoTaskSchema>;
export type ListFilesTask = v.InferOutput<typeof listFilesTaskSchema>;
export type ExtractTask = v.InferOutput<typeof extractTaskSchema>;
export type PreviewTask = v.InferOutput<typeof previewTaskSchema>;
export type DiffImagesTask = v.InferOutput<typeof diffImagesTaskSchema>;
