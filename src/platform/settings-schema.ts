/** What can be set, and the form of the file that keeps it. */

import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { type ImageFormat, imageFormats } from '../engine/image/image-format.ts';
import { type Language, languages } from '../language/languages.ts';

/** The system's own language, or one that was chosen. */
export type LanguageChoice = 'system' | Language;
export const languageChoices: readonly LanguageChoice[] = ['system', ...languages];

/** What is read again as a proof: the image; the card, too; nothing, which leaves the image called unverified. */
export const verifyChoices = ['image', 'card', 'none'] as const;
export type VerifyChoice = (typeof verifyChoices)[number];

/** Ten years. */
export const MAX_REMIND_DAYS = 3650;

export interface Settings {
  /** The folder of images, an absolute path. */
  readonly library: string;
  /** Of new images, where nobody says otherwise. */
  readonly format: ImageFormat;
  readonly verify: VerifyChoice;
  /** Eject a card as soon as its backup is proven. */
  readonly ejectWhenDone: boolean;
  /** Remind of a Pi, for which nothing else is set, when its last good backup is older than so many days; null for never. */
  readonly remindDays: number | null;
  /** Offer external disks that are not cards too; writing one then asks for its name. */
  readonly showOtherExternal: boolean;
  /** Disks that are never offered and never written; `key` is one of `engine/disk-key.ts`, `name` what the user saw. */
  readonly neverTouch: readonly { readonly key: string; readonly name: string }[];
  /** Keep Time Machine from backing up the library; without effect elsewhere than on macOS. */
  readonly excludeFromTimeMachine: boolean;
  readonly language: LanguageChoice;
  /** The pages of the first start were seen or skipped. */
  readonly welcomed: boolean;
  /** A card was opened on this Mac, so macOS has asked whether cards may be read. */
  readonly cardOpened: boolean;
  /** The version of the app that the user would not have moved to Applications; null for none. */
  readonly stayedBefore: string | null;
  /** Look for newer versions, in a package that was made with a feed; null as long as the user has not been asked. */
  readonly looksForUpdates: boolean | null;
}

export function defaultSettings(home: string): Settings {
  return {
    library: join(home, 'PiKeep'),
    format: 'img',
    verify: 'image',
    ejectWhenDone: false,
    remindDays: null,
    showOtherExternal: false,
    neverTouch: [],
    excludeFromTimeMachine: false,
    language: 'system',
    welcomed: false,
    cardOpened: false,
    stayedBefore: null,
    looksForUpdates: null,
  };
}

const name = v.pipe(v.string(), v.maxLength(256));

/** A word that this PiKeep does not know may be one of a newer one: it counts as nothing, and stays in the file. */
function oneOf<T extends string>(choices: readonly T[]) {
  const known = (word: string): T | undefined => choices.find((choice) => choice === word);
  return v.optional(v.pipe(v.string(), v.maxLength(64), v.transform(known)));
}

/** Whatever is left out is as by default; what a newer PiKeep added besides stays in the file. */
const fileSchema = v.looseObject({
  library: v.optional(v.pipe(v.string(), v.maxLength(4096), v.check(isAbsolute, 'not absolute'))),
  format: oneOf(imageFormats),
  verify: oneOf(verifyChoices),
  ejectWhenDone: v.optional(v.boolean()),
  remindDays: v.optional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_REMIND_DAYS))),
  ),
  showOtherExternal: v.optional(v.boolean()),
  neverTouch: v.optional(v.pipe(v.array(v.object({ key: name, name })), v.maxLength(256))),
  excludeFromTimeMachine: v.optional(v.boolean()),
  language: oneOf(languageChoices),
  welcomed: v.optional(v.boolean()),
  cardOpened: v.optional(v.boolean()),
  stayedBefore: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(64)))),
  looksForUpdates: v.optional(v.nullable(v.boolean())),
});

/** What is within what: indented, deeper ones would grow with the square of their length. */
const MAX_DEPTH = 16;

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

export interface ReadSettings {
  readonly settings: Settings;
  /** The content of the file, with what this PiKeep does not know. */
  readonly content: object;
}

/** Null for anything that is not the content of a settings file. */
export function parseSettings(text: string, defaults: Settings): ReadSettings | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  // A list is an object too, and would pass with every setting left out.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (!isShallow(value, MAX_DEPTH)) return null;
  const result = v.safeParse(fileSchema, value);
  if (!result.success) return null;
  const found = result.output;
  const settings: Settings = {
    library: found.library ?? defaults.library,
    format: found.format ?? defaults.format,
    verify: found.verify ?? defaults.verify,
    ejectWhenDone: found.ejectWhenDone ?? defaults.ejectWhenDone,
    remindDays: found.remindDays === undefined ? defaults.remindDays : found.remindDays,
    showOtherExternal: found.showOtherExternal ?? defaults.showOtherExternal,
    neverTouch: found.neverTouch ?? defaults.neverTouch,
    excludeFromTimeMachine: found.excludeFromTimeMachine ?? defaults.excludeFromTimeMachine,
    language: found.language ?? defaults.language,
    welcomed: found.welcomed ?? defaults.welcomed,
    cardOpened: found.cardOpened ?? defaults.cardOpened,
    stayedBefore: found.stayedBefore ?? defaults.stayedBefore,
    looksForUpdates: found.looksForUpdates ?? defaults.looksForUpdates,
  };
  return { settings, content: value };
}
