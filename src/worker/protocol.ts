/**
 * Messages between whoever owns the user (the desk, a command) and the worker process that touches the card. Both
 * directions are parsed on arrival; bulk data never travels here.
 */

import * as v from 'valibot';
import { languages } from '../language/languages.ts';
import { checkResultSchema } from './check-results.ts';
import { bytes, text } from './fields.ts';
import {
  diffImagesResultSchema,
  extractResultSchema,
  listFilesResultSchema,
  previewResultSchema,
} from './file-results.ts';
import { noteSchema } from './note.ts';
import { heldSchema, planSchema, progressSchema } from './progress.ts';
import { restoreResultSchema, surveyResultSchema, undoResultSchema } from './restore-results.ts';
import {
  backupResultSchema,
  compareResultSchema,
  inspectResultSchema,
  verifyResultSchema,
} from './results.ts';
import { taskSchema } from './tasks.ts';

/** Owner to worker. */
export const toWorkerSchema = v.variant('message', [
  v.object({
    message: v.literal('start'),
    task: taskSchema,
    /** What the owner speaks; English, if left out. */
    tongue: v.optional(v.object({ language: v.picklist(languages), locale: text })),
  }),
  v.object({
    message: v.literal('cancel'),
    /** What is done stays on the disk, to be continued (quitting, logging out); else it is removed. */
    keep: v.boolean(),
  }),
  v.object({
    message: v.literal('authorized'),
    /** The 32-byte external form in hex; null when refused, with the error beside it. */
    form: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    error: v.nullable(v.object({ code: text, facts: v.record(v.string(), v.unknown()) })),
  }),
]);
export type ToWorker = v.InferOutput<typeof toWorkerSchema>;

export const taskResultSchema = v.variant('task', [
  backupResultSchema,
  verifyResultSchema,
  compareResultSchema,
  inspectResultSchema,
  checkResultSchema,
  surveyResultSchema,
  restoreResultSchema,
  undoResultSchema,
  listFilesResultSchema,
  extractResultSchema,
  previewResultSchema,
  diffImagesResultSchema,
]);
export type TaskResult = v.InferOutput<typeof taskResultSchema>;

/** Worker to owner. After `done` or `failed` nothing follows. */
export const fromWorkerSchema = v.variant('message', [
  v.object({ message: v.literal('progress'), progress: progressSchema }),
  /** What a backup will read: once, when the map of the card is known, before anything is copied. */
  v.object({ message: v.literal('plan'), plan: planSchema }),
  /** Something the user should know although the task goes on. */
  v.object({ message: v.literal('warning'), code: text, text }),
  /** It waits until something else lets it go on; null: it goes on. */
  v.object({ message: v.literal('held'), held: v.nullable(heldSchema) }),
  /** Every few seconds. */
  v.object({
    message: v.literal('alive'),
    /** Counts the reads and writes that have ended, well or not. */
    work: bytes,
    /** Where the oldest one goes that has not ended; null while there is none. */
    waitsFor: v.nullable(v.object({ kind: v.picklist(['card', 'file']), name: text })),
  }),
  /** For the log. */
  v.object({ message: v.literal('note'), note: noteSchema }),
  v.object({ message: v.literal('authorize'), right: text, prompt: text }),
  v.object({ message: v.literal('done'), result: taskResultSchema }),
  v.object({
    message: v.literal('failed'),
    error: v.object({ code: text, facts: v.record(v.string(), v.unknown()) }),
  }),
]);
export type FromWorker = v.InferOutput<typeof fromWorkerSchema>;
