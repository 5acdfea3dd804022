/**
 * Messages between whoever owns the user (the desk, a command) and the worker process that touches the card. Both
 * directions are parsed on arrival; bulk data never travels here.
 */

import * as v from 'valibot';
import { FULL_SHARE, PICTURE_CELLS } from '../engine/card-picture.ts';
import { partitionKinds } from '../engine/disk.ts';
import { imageFormats } from '../engine/image/image-format.ts';

const text = v.pipe(v.string(), v.maxLength(4096));
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const weakIdentitySchema = v.object({
  bytes,
  mediaName: v.nullable(text),
  diskUuid: v.nullable(text),
  tableId: v.nullable(text),
  partitions: v.pipe(
    v.array(v.object({ bytes, kind: v.picklist(partitionKinds), uuid: v.nullable(text) })),
    v.maxLength(256),
  ),
});

/** Which disks there are for this task, and how they may be opened. */
const sourceSchema = v.object({
  /** Folder that stands in for the card reader; null for the machine's own disks. */
  slot: v.nullable(text),
  allowDiskImage: v.boolean(),
  allowOtherExternal: v.boolean(),
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

export const taskSchema = v.variant('task', [
  backupTaskSchema,
  verifyTaskSchema,
  compareTaskSchema,
  inspectTaskSchema,
]);
export type Task = v.InferOutput<typeof taskSchema>;
export type BackupTask = v.InferOutput<typeof backupTaskSchema>;
export type VerifyTask = v.InferOutput<typeof verifyTaskSchema>;
export type CompareTask = v.InferOutput<typeof compareTaskSchema>;
export type InspectTask = v.InferOutput<typeof inspectTaskSchema>;

/** Owner to worker. */
export const toWorkerSchema = v.variant('message', [
  v.object({ message: v.literal('start'), task: taskSchema }),
  v.object({ message: v.literal('cancel') }),
  v.object({
    message: v.literal('authorized'),
    /** The 32-byte external form in hex; null when refused, with the error beside it. */
    form: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    error: v.nullable(v.object({ code: text, facts: v.record(v.string(), v.unknown()) })),
  }),
]);
export type ToWorker = v.InferOutput<typeof toWorkerSchema>;

/** `reading` reads an image, `rereading` reads a card again to compare it with what was read before. */
export const phases = ['opening', 'copying', 'proving', 'rereading', 'filing', 'reading'] as const;
export type Phase = (typeof phases)[number];

const progressSchema = v.object({
  phase: v.picklist(phases),
  bytes,
  total: bytes,
  /** Bytes per second over the last seconds; null before there is a figure. */
  bytesPerSecond: v.nullable(v.pipe(v.number(), v.minValue(0))),
  secondsLeft: v.nullable(v.pipe(v.number(), v.minValue(0))),
});
export type Progress = v.InferOutput<typeof progressSchema>;

/** What becomes of a partition in a backup; see `engine/used-map.ts`. */
const partitionUse = {
  usedBytes: v.nullable(bytes),
  strategy: v.picklist(['used', 'whole']),
  reason: v.nullable(text),
  journal: v.nullable(text),
};

/** Partitions that a plan tells of; real cards have two to a dozen. */
export const MAX_PLAN_PARTITIONS = 128;

const planSchema = v.object({
  /** Size of the card. */
  bytes,
  /** What will be read of it. Divided by the rate of the progress messages it is the time the copy takes. */
  readBytes: bytes,
  /** Everything is read because that was asked for. */
  wholeCard: v.boolean(),
  partitions: v.pipe(
    v.array(
      v.object({
        index: bytes,
        offset: bytes,
        bytes,
        label: v.nullable(text),
        fileSystem: v.nullable(text),
        ...partitionUse,
      }),
    ),
    v.maxLength(MAX_PLAN_PARTITIONS),
  ),
  /** The card in equal slices; how much of each will be read, from 0 for nothing to 255 for all of it. */
  cells: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(FULL_SHARE))),
    v.length(PICTURE_CELLS),
  ),
});
export type Plan = v.InferOutput<typeof planSchema>;

const checkSchema = v.object({ name: text, ok: v.boolean(), detail: text });

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
  seconds: v.pipe(v.number(), v.minValue(0)),
  verified: v.nullable(v.picklist(['read-back', 'read-back-cached'])),
  plainSha256: v.nullable(text),
  checks: v.array(checkSchema),
  ejected: v.boolean(),
});
export type BackupResult = v.InferOutput<typeof backupResultSchema>;

export const verifyResultSchema = v.object({
  task: v.literal('verify'),
  image: text,
  bytes,
  verified: v.picklist(['read-back', 'read-back-cached']),
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
});
export type InspectResult = v.InferOutput<typeof inspectResultSchema>;

export const taskResultSchema = v.variant('task', [
  backupResultSchema,
  verifyResultSchema,
  compareResultSchema,
  inspectResultSchema,
]);
export type TaskResult = v.InferOutput<typeof taskResultSchema>;

/** Worker to owner. After `done` or `failed` nothing follows. */
export const fromWorkerSchema = v.variant('message', [
  v.object({ message: v.literal('progress'), progress: progressSchema }),
  /** What a backup will read: once, when the map of the card is known, before anything is copied. */
  v.object({ message: v.literal('plan'), plan: planSchema }),
  /** Something the user should know although the task goes on. */
  v.object({ message: v.literal('warning'), code: text, text }),
  v.object({ message: v.literal('authorize'), right: text, prompt: text }),
  v.object({ message: v.literal('done'), result: taskResultSchema }),
  v.object({
    message: v.literal('failed'),
    error: v.object({ code: text, facts: v.record(v.string(), v.unknown()) }),
  }),
]);
export type FromWorker = v.InferOutput<typeof fromWorkerSchema>;
