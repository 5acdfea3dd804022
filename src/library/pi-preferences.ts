/** What the user has set for a Pi, and the form of the file that keeps it. */

import * as v from 'valibot';
import { keepRulesSchema } from './keep-rules.ts';

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

export const MAX_NAME_LETTERS = 80;
export const MAX_NOTE_LETTERS = 2000;
export const MAX_DAYS = 3650;

const days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_DAYS));

const preferenceEntries = {
  /** Instead of the hostname; null for the hostname. */
  name: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_NAME_LETTERS))),
  note: v.pipe(v.string(), v.maxLength(MAX_NOTE_LETTERS)),
  colour: v.nullable(v.picklist(piColours)),
  /** Remind when its last good backup is older than so many days; null for never, 'usual' for what the settings say. */
  remindDays: v.union([v.literal('usual'), v.nullable(days)]),
  /** Back it up by itself when its card is inserted. */
  handsFree: v.boolean(),
  /** Which backups are kept; null for all. */
  keep: v.nullable(keepRulesSchema),
  /** Check its newest backup again after so many days; null for never. */
  verifyEveryDays: v.nullable(days),
};

const preferencesSchema = v.object(preferenceEntries);
export type PiPreferences = Readonly<v.InferOutput<typeof preferencesSchema>>;

export const noPreferences: PiPreferences = {
  name: null,
  note: '',
  colour: null,
  remindDays: 'usual',
  handsFree: false,
  keep: null,
  verifyEveryDays: null,
};

/** More Pis than anybody has, and more identifiers than a card collects in its life. */
export const MAX_RECORDS = 2000;
export const MAX_IDS = 64;

const text = v.pipe(v.string(), v.maxLength(300));

/** One Pi: all identifiers that its card is known to have had. What a newer PiKeep added besides stays in the file. */
export const recordSchema = v.looseObject({
  key: text,
  ids: v.pipe(v.array(text), v.maxLength(MAX_IDS)),
  hostname: v.nullable(text),
  ...preferenceEntries,
});
export type PiRecord = v.InferOutput<typeof recordSchema>;

/** `pis.json`, schema 1. */
export const pisFileSchema = v.looseObject({
  schema: v.literal(1),
  pis: v.pipe(v.array(recordSchema), v.maxLength(MAX_RECORDS)),
});
export type PisFile = v.InferOutput<typeof pisFileSchema>;
