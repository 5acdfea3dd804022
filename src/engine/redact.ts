/**
 * What may stand in a log or a report that is shown to strangers. Not a list of what is forbidden, which would never be complete,
 * but of what is allowed: numbers, names of devices, and the words that PiKeep and the system's own tools use. Everything
 * else (names of Pis, users, cards and folders, serial numbers) becomes a short mark, the same for the same text, so that one
 * can see that two things are one, and never what they are.
 */

import { vocabulary } from './redact-vocabulary.ts';

/** A short mark for a text, made with a secret that stays on this computer: six hexadecimal digits. */
export type Mark = (text: string) => string;

export type Redacted = number | boolean | string | null | readonly Redacted[] | RedactedFacts;
export interface RedactedFacts {
  readonly [name: string]: Redacted;
}

/** Facts in sentences. Every other text of an error is a name, and hidden as a whole. */
const SENTENCES: ReadonlySet<string> = new Set(
  `detail tried reason what from tool errno door fileSystem who code task phase outcome why kind words way program system arch
  format verify verified mode grow version node electron release command`.split(/\s+/),
);

const MAX_DEPTH = 3;
const MAX_ENTRIES = 32;
const MAX_NUMBERS = 256;
/** Characters of a sentence that are looked at. */
const MAX_TEXT = 600;

/** Facts of an error, or fields of an entry of the log, without anything personal. */
export function redactFacts(facts: object, mark: Mark): RedactedFacts {
  return redactObject(facts, mark, 0);
}

/** A sentence of PiKeep's or of the system's tools: each word that is not one of theirs is hidden. */
export function redactWords(text: string, mark: Mark): string {
  return text
    .slice(0, MAX_TEXT)
    .replace(TOKEN, (token) => {
      // A full stop or a colon at the end belongs to the sentence.
      const core = token.replace(/[.:,;-]+$/, '');
      const rest = token.slice(core.length);
      return core === '' || isHarmless(core) ? token : `#${mark(core)}${rest}`;
    })
    .replace(NOT_PLAIN, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Letters of any script, digits, and what holds a path, an address or a name together. */
const TOKEN = /[\p{L}\p{M}\p{N}_./~:@#+%\\'’=&$-]+/gu;
/** What is left between tokens is punctuation of ASCII, and the quotes of our own sentences. */
const NOT_PLAIN = /[^ -~“”‘’–—…]/gu;

const DEVICE =
  /^(\/dev\/)?(r?disk\d{1,3}(s\d{1,3}){0,2}|sd[a-z]{1,2}\d{0,3}|mmcblk\d{1,2}(p\d{1,3})?|nvme\d{1,2}n\d{1,2}(p\d{1,3})?|loop\d{1,4}(p\d{1,3})?)$/;
/** Small whole numbers with a sign; versions of two or three parts. Four parts would be an address, many digits a serial. */
const NUMBER = /^[+-]?\d{1,9}$/;
const VERSION = /^v?\d{1,4}\.\d{1,4}(\.\d{1,6})?$/;
const MARK = /^(path)?#[0-9a-f]{6}$/;

function isHarmless(token: string): boolean {
  return (
    vocabulary.has(token.toLowerCase()) ||
    DEVICE.test(token) ||
    NUMBER.test(token) ||
    VERSION.test(token) ||
    MARK.test(token)
  );
}

function redactObject(facts: object, mark: Mark, depth: number): RedactedFacts {
  const entries = Object.entries(facts).slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    entries
      // The names of facts are ours; a message from elsewhere may bring others.
      .filter(([name]) => isOurName(name))
      .map(([name, value]) => [name, redactValue(name, value, mark, depth)]),
  );
}

/** "neededBytes": each part of it is one of our words. */
function isOurName(name: string): boolean {
  if (!/^[A-Za-z]{1,24}$/.test(name)) return false;
  return name.split(/(?=[A-Z])/).every((word) => vocabulary.has(word.toLowerCase()));
}

function redactValue(name: string, value: unknown, mark: Mark, depth: number): Redacted {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'boolean':
      return value;
    case 'string':
      return SENTENCES.has(name) ? redactWords(value, mark) : redactName(value, mark);
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null || depth >= MAX_DEPTH) return null;
  if (!Array.isArray(value)) return redactObject(value, mark, depth + 1);
  const items: readonly unknown[] = value.slice(0, MAX_NUMBERS);
  if (items.every((item) => typeof item === 'number')) return items.filter(Number.isFinite);
  return items.slice(0, MAX_ENTRIES).map((item) => redactValue(name, item, mark, depth + 1));
}

/** Names of devices say nothing about anybody; everything else does. */
function redactName(value: string, mark: Mark): string {
  if (value === '' || DEVICE.test(value) || MARK.test(value)) return value;
  return `${value.includes('/') ? 'path' : ''}#${mark(value)}`;
}
