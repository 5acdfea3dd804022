/** A Pi as the library knows it, and what the user has set for it. */

import * as v from 'valibot';
import { bytes, days, id, text, time } from './fields.ts';

export const piColours = [
  'red',
  'orange',
  'yellow',
  'green',
  'teal',
  'blue',
  'purple',
  'pink',
  'grey',
] as const;

/** Backups of each kind that a rule keeps. */
export const MAX_KEPT = 9999;
const amount = v.union([
  v.literal('all'),
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_KEPT)),
]);

/** How many backups stay: of the newest ones, and of days, weeks, months and years that have one. Empty keeps everything. */
export const keepRulesSchema = v.strictObject({
  last: v.exactOptional(amount),
  daily: v.exactOptional(amount),
  weekly: v.exactOptional(amount),
  monthly: v.exactOptional(amount),
  yearly: v.exactOptional(amount),
});
export type KeepRules = v.InferOutput<typeof keepRulesSchema>;

export const preferenceEntries = {
  /** Instead of the hostname. */
  name: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(80))),
  note: v.pipe(v.string(), v.maxLength(2000)),
  colour: v.nullable(v.picklist(piColours)),
  /** Remind when its last good backup is older than so many days; null for never, 'usual' for what the settings say. */
  remindDays: v.union([v.literal('usual'), v.nullable(days)]),
  /** Back it up by itself when its card is inserted. */
  handsFree: v.boolean(),
  /** Check its newest backup again after so many days; null for never. */
  verifyEveryDays: v.nullable(days),
  /** Null keeps everything. */
  keep: v.nullable(keepRulesSchema),
};

export const preferencesSchema = v.object(preferenceEntries);
export type Preferences = v.InferOutput<typeof preferencesSchema>;

/** A Pi in the list of all. */
export const piSchema = v.object({
  /** Names it in a query or command. */
  pi: id,
  /** Its name, else its hostname, else what else is known. */
  title: text,
  /** Its hostname, where it is called something else. */
  hostname: v.nullable(text),
  /** The first letters of the note. */
  note: text,
  colour: v.nullable(v.picklist(piColours)),
  backups: bytes,
  storedBytes: bytes,
  /** The newest backup. */
  last: v.nullable(time),
  /** "last backed up 47 days ago", "never backed up". */
  lastGood: text,
  /** Its backups that were found damaged. */
  damaged: bytes,
  /** Its last good backup is older than what the user set. */
  isDue: v.boolean(),
  handsFree: v.boolean(),
  /** Key of the card in a reader that looks like it; null where there is none, or where others look the same. */
  card: v.nullable(id),
  /** Why it cannot be told apart from another Pi without reading the card: a sentence, or null. */
  ambiguous: v.nullable(text),
});
export type PiView = v.InferOutput<typeof piSchema>;
