/** Says in the language of the reader what `english.ts` has written. */

import { fill } from './fill.ts';
import { findMessage } from './find-message.ts';
import { formatList } from './format.ts';
import { currentLocale, phraseIn } from './state.ts';

/** A text that `english` made, or several with a blank between them; what is none is given back as it is. */
export function sayAgain(text: string): string {
  if (text.length > MAX_TEXT) return text;
  return wholeOrSentences(text, 0, { left: MOST_TRIES });
}

/** How often everything that can be said may still be compared with a part of this text. */
interface Tries {
  left: number;
}

function wholeOrSentences(text: string, depth: number, tries: Tries): string {
  return again(text, depth, tries) ?? sentences(text, depth, tries);
}

/** Characters; longer texts are not of ours. */
const MAX_TEXT = 8192;
/** Of what stands in a message: "the kernel (kernel8.img)". */
const MAX_DEPTH = 2;
const MAX_SENTENCES = 16;
/** Messages of ours have half as many. */
const LONGEST_RUN = 6;
/** A hostile text of many sentences within sentences is not said again as a whole. */
const MOST_TRIES = 120;

function again(text: string, depth: number, tries: Tries): string | null {
  if (tries.left <= 0) return null;
  tries.left -= 1;
  const known = phraseIn.known(text);
  if (known !== null) return known;
  const found = findMessage(text);
  if (found === null) return null;
  const values = found.values.map((value) => inner(value, depth, tries));
  return fill(phraseIn.text(found.key), values);
}

/** Names of one word are nobody's messages. */
function inner(value: string, depth: number, tries: Tries): string {
  if (depth >= MAX_DEPTH || !value.includes(' ')) return value;
  return (
    sizeAgain(value) ?? listAgain(value, depth, tries) ?? wholeOrSentences(value, depth + 1, tries)
  );
}

const MAX_ITEMS = 32;
/** "/etc/hosts", "boot:/config.txt" */
const PATH = /^(?:\w+:)?\//;

/**
 * "boot sector of partition 1, /etc/hosts and 3 more", also with semicolons. Only where every item is a path or a message of
 * ours and one is a message: a name with a comma in it is not taken apart.
 */
function listAgain(text: string, depth: number, tries: Tries): string | null {
  const [, listed = text, more] = /^(.*)(?: and|[,;]) (\d+) more$/.exec(text) ?? [];
  const items = listed.split(listed.includes('; ') ? '; ' : ', ');
  if (items.length > MAX_ITEMS || (items.length === 1 && more === undefined)) return null;
  const said: string[] = [];
  for (const item of items) {
    const word = again(item, depth + 1, tries) ?? (PATH.test(item) ? item : null);
    if (word === null) return null;
    said.push(word);
  }
  const isSaid = said.some((word, index) => word !== items[index]);
  if (!isSaid && more === undefined) return null;
  const rest = more === undefined ? [] : [phraseIn.text('{0} more').replace('{0}', more)];
  return formatList([...said, ...rest]);
}

const units: Readonly<Record<string, string>> = {
  kB: 'kilobyte',
  MB: 'megabyte',
  GB: 'gigabyte',
  TB: 'terabyte',
  PB: 'petabyte',
};

/** "6.1 GB", as the engine writes it in English. */
function sizeAgain(text: string): string | null {
  const [, amount, name = ''] = /^(\d{1,3}(?:\.\d)?) (kB|MB|GB|TB|PB)$/.exec(text) ?? [];
  const unit = units[name];
  if (amount === undefined || unit === undefined) return null;
  return new Intl.NumberFormat(currentLocale(), {
    style: 'unit',
    unit,
    unitDisplay: 'short',
  }).format(Number(amount));
}

/** The longest run of sentences that is a message, and then the next. */
function sentences(text: string, depth: number, tries: Tries): string {
  const rest = text.split(/(?<=[.!?]) (?=\p{Lu})/u);
  if (rest.length === 1 || rest.length > MAX_SENTENCES) return text;
  const said: string[] = [];
  while (rest.length > 0) {
    let taken = Math.min(rest.length, LONGEST_RUN);
    let found: string | null = null;
    for (; taken > 0 && found === null; taken--)
      found = again(rest.slice(0, taken).join(' '), depth, tries);
    said.push(found ?? rest[0] ?? '');
    rest.splice(0, found === null ? 1 : taken + 1);
  }
  return said.join(' ');
}
