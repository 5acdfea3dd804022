/** Finds the message that an English text is, with what stands in the places of its values. */

import { phraseIn } from './state.ts';

export interface FoundMessage {
  readonly key: string;
  /** By their numbers: the first is that of `{0}`. */
  readonly values: readonly string[];
}

interface Pattern {
  readonly key: string;
  /** What stands around the values; one more than those. */
  readonly between: readonly string[];
  /** The numbers of the values, in the order of the English text. */
  readonly order: readonly number[];
}

/** Null for a text that is no message with values. One without values is its own key. */
export function findMessage(text: string): FoundMessage | null {
  for (const { key, between, order } of patterns()) {
    const found = valuesIn(text, between);
    if (found === null) continue;
    const values: string[] = [];
    for (const [index, number] of order.entries()) values[number] = found[index] ?? '';
    return { key, values };
  }
  return null;
}

/** Each value ends where the text behind it begins: no pattern takes longer than the text is long. */
function valuesIn(text: string, between: readonly string[]): string[] | null {
  const [first = '', last = ''] = [between[0], between.at(-1)];
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const end = text.length - last.length;
  const values: string[] = [];
  let at = first.length;
  for (const part of between.slice(1, -1)) {
    const next = text.indexOf(part, at + 1);
    if (next < 0 || next + part.length > end) return null;
    values.push(text.slice(at, next));
    at = next + part.length;
  }
  if (at >= end) return null;
  values.push(text.slice(at, end));
  return values;
}

/** So many letters around the values make a message of ours. */
const MIN_LETTERS = 8;

let made: { readonly keys: readonly string[]; readonly patterns: readonly Pattern[] } | null = null;

/** Those that say the most come first. */
function patterns(): readonly Pattern[] {
  const keys = phraseIn.keys();
  if (made?.keys !== keys) made = { keys, patterns: keys.flatMap(patternOf).sort(bySaying) };
  return made.patterns;
}

function patternOf(key: string): Pattern[] {
  const between = key.split(/\{\d+\}/);
  const order = [...key.matchAll(/\{(\d+)\}/g)].map(({ 1: digits }) => Number(digits));
  // "{0}: {1}" would be found everywhere.
  const isTelling = between.join('').replace(/\P{L}/gu, '').length >= MIN_LETTERS;
  return order.length > 0 && isTelling && !key.includes('{n}') ? [{ key, between, order }] : [];
}

function bySaying(one: Pattern, other: Pattern): number {
  return other.between.join('').length - one.between.join('').length;
}
