/** The library as pages ask for it: lists of Pis, of one Pi's backups, of images without a manifest, and what may go. */

import * as v from 'valibot';
import { bytes, id, problemSchema, text, time } from './fields.ts';
import { keepRulesSchema, piSchema, preferencesSchema } from './pi.ts';
import { backupSchema } from './restore.ts';

/** Entries of one page. */
export const MAX_PAGE = 100;
/** Backups that one preview of what may go tells of; what there is beyond them stays. */
export const MAX_FORGOTTEN = 500;

const paging = {
  offset: bytes,
  limit: v.pipe(bytes, v.minValue(1), v.maxValue(MAX_PAGE)),
};
const search = v.pipe(v.string(), v.maxLength(200));

/** What a check came to, in the words of `engine/health.ts`. */
export const verdictSchema = v.picklist(['good', 'remarks', 'damaged', 'unfinished', 'unknown']);
export type BackupVerdict = v.InferOutput<typeof verdictSchema>;

export const listedBackupSchema = v.object({
  ...backupSchema.entries,
  storedBytes: bytes,
  /** "incomplete": parts of the card could not be read. "damaged": the file is not the one that was made. */
  state: v.picklist(['proven', 'unverified', 'incomplete', 'damaged']),
  /** What its last check came to; null where it was never checked. */
  verdict: v.nullable(verdictSchema),
  checkedAt: v.nullable(time),
  /** What is odd about its files or times, without the beginning of the sentence: "its image was renamed by hand". */
  oddities: v.pipe(v.array(text), v.maxLength(4)),
});
export type ListedBackup = v.InferOutput<typeof listedBackupSchema>;

const looseImageSchema = v.object({
  /** Names it in a query or command, as that of a backup does. */
  backup: id,
  /** File name. */
  name: text,
  /** Its folder, with the home folder as "~". */
  place: text,
  storedBytes: bytes,
  modified: v.nullable(time),
  /** Why it has no place in a Pi's history. */
  why: text,
});
export type LooseImage = v.InferOutput<typeof looseImageSchema>;

export const libraryQueries = [
  /** Names, hostnames, notes and file names with `search` in them. */
  v.strictObject({ ask: v.literal('library'), search, ...paging }),
  v.strictObject({ ask: v.literal('pi'), pi: id, ...paging }),
  v.strictObject({ ask: v.literal('loose'), search, ...paging }),
  /** What may go, and what stays. */
  v.strictObject({
    ask: v.literal('forget'),
    what: v.variant('by', [
      /** Null: the rules that are set for this Pi. */
      v.strictObject({ by: v.literal('rules'), pi: id, keep: v.nullable(keepRulesSchema) }),
      v.strictObject({
        by: v.literal('choice'),
        pi: id,
        backups: v.pipe(v.array(id), v.minLength(1), v.maxLength(MAX_PAGE)),
      }),
    ]),
  }),
] as const;

export const libraryAnswers = [
  v.object({
    ask: v.literal('library'),
    /** The folder, with the home folder as "~". */
    folder: text,
    /** "reading": for the first time; ask again when `libraryRevision` of the snapshot has grown. */
    state: v.picklist(['reading', 'ready', 'unreachable']),
    /** Why it cannot be read, or not now; what is listed then was there before. */
    problem: v.nullable(problemSchema),
    pis: v.pipe(v.array(piSchema), v.maxLength(MAX_PAGE)),
    /** How many fit the search. */
    total: bytes,
    /** Images without a manifest that fit the search. */
    loose: bytes,
    /** What was wrong with single files: sentences. */
    problems: v.pipe(v.array(text), v.maxLength(20)),
    moreProblems: bytes,
  }),
  v.object({
    ask: v.literal('pi'),
    pi: piSchema,
    preferences: preferencesSchema,
    /** What it is recognised by: short lines. */
    identity: v.pipe(v.array(text), v.maxLength(12)),
    /** What is odd about it, in sentences: copies of its card, others of its name. */
    hints: v.pipe(v.array(text), v.maxLength(8)),
    /** What "by itself" means on this computer. */
    handsFreeWords: text,
    /** Why its next check, which is due, has not begun, in a sentence; null where none waits. */
    checkWaits: v.nullable(text),
    backups: v.pipe(v.array(listedBackupSchema), v.maxLength(MAX_PAGE)),
    total: bytes,
  }),
  v.object({
    ask: v.literal('loose'),
    images: v.pipe(v.array(looseImageSchema), v.maxLength(MAX_PAGE)),
    total: bytes,
  }),
  v.object({
    ask: v.literal('forget'),
    /** Stands for exactly this list; null when nothing goes. */
    token: v.nullable(id),
    goes: v.pipe(
      v.array(v.object({ ...listedBackupSchema.entries, why: text })),
      v.maxLength(MAX_FORGOTTEN),
    ),
    stays: v.pipe(
      v.array(v.object({ ...listedBackupSchema.entries, why: text })),
      v.maxLength(MAX_FORGOTTEN),
    ),
    /** How many more stay. */
    moreStay: bytes,
    freedBytes: bytes,
    /** Where they go: "the Trash", or what else happens to them. */
    where: text,
  }),
] as const;
