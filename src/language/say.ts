/**
 * The words that people read, in their language. English stands in the source and is the key of the other languages, as in
 * gettext; a message that has no translation is shown in English, never as a key. The language is one of the process: the
 * app's parts each set theirs once (`use-language.ts`), the command line stays English.
 */

import { fill } from './fill.ts';
import { phraseIn, type Value } from './state.ts';

/** A message kept for later, for tables that are made before the language is known. */
export type Phrase = string & { readonly phrase: unique symbol };

/**
 * say`${name} is backed up`: looked up as "{0} is backed up". Whole sentences, never parts that are put together: other
 * languages have another order. Numbers are written as they are; those that are counted go through `sayCount`.
 */
export function say(parts: TemplateStringsArray, ...values: readonly Value[]): string {
  return fill(translated(keyOf(parts)), values);
}

/** As `say`, with values of any kind between the parts, in the order of the language: for a link or a bold name in a sentence. */
export function sayAround<T>(parts: TemplateStringsArray, ...values: readonly T[]): (string | T)[] {
  const text = translated(keyOf(parts));
  const pieces: (string | T)[] = [];
  let from = 0;
  for (const { 0: mark, 1: digits, index } of text.matchAll(/\{(\d+)\}/g)) {
    pieces.push(text.slice(from, index), values[Number(digits)] ?? '');
    from = index + mark.length;
  }
  return [...pieces, text.slice(from)].filter((piece) => piece !== '');
}

/** Marks a message of a table: toSay('backed up') now, `sayPhrase` when it is shown. `{0}` stands for the first value. */
export function toSay(text: string): Phrase {
  return text as Phrase;
}

export function sayPhrase(text: Phrase, ...values: readonly Value[]): string {
  return fill(translated(text), values);
}

/**
 * sayCount(3, '{n} file', '{n} files'): the form that the language has for this number; `{n}` is the number as the language
 * writes it, `{0}` the first of the further values. Looked up by the second form.
 */
export function sayCount(
  n: number,
  one: string,
  other: string,
  ...values: readonly Value[]
): string {
  const { text, number } = phraseIn.forms(n, one, other);
  return fill(text.replaceAll('{n}', number), values);
}

function keyOf(parts: TemplateStringsArray): string {
  return parts.reduce((key, part, index) => `${key}{${index - 1}}${part}`);
}

function translated(key: string): string {
  return phraseIn.text(key);
}
