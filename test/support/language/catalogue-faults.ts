/** What can be wrong with a catalogue: shared by the test of what is in one and the test that nothing is missing. */

import type { Message } from '../../../scripts/words/messages.ts';
import type { Catalogue } from '../../../src/language/state.ts';

/** Messages that may read the same as in English: names, units, and what is left when all words are values. */
const sameAsEnglish: readonly RegExp[] = [
  // No word of a language: "{0} GB", "{0}/{1}", "SHA-256".
  /^[^\p{Ll}]*$/u,
  /^(?:\{\w+\}|[\s\p{P}\p{S}\d]|(?:k|M|G|T)B(?:\/s)?|s|min|h|Pi|Linux|PiKeep|macOS|Touch ID|Finder|Terminal)*$/u,
];

/** Placeholders of a message, each as often as it is there, in a fixed order. */
function marksOf(text: string): string {
  return (text.match(/\{\w+\}/g) ?? []).toSorted().join(' ');
}

/** Sentences that name what is wrong; none for a catalogue that may be shown. `locale`: of its language. */
export function faultsIn(
  catalogue: Catalogue,
  messages: readonly Message[],
  locale: string,
): string[] {
  const known = new Map(messages.map((message) => [message.key, message]));
  return Object.entries(catalogue).flatMap(([key, entry]) => {
    const message = known.get(key);
    if (!message) return [`“${key}” is not said any more`];
    const forms = typeof entry === 'string' ? { other: entry } : entry;
    return [
      ...formFaults(message, entry, locale),
      ...Object.values(forms).flatMap((text) => textFaults(message, text)),
    ];
  });
}

/** Messages that are not translated. */
export function missingIn(catalogue: Catalogue, messages: readonly Message[]): string[] {
  return messages.flatMap(({ key }) => (Object.hasOwn(catalogue, key) ? [] : [key]));
}

/** Translations that are the English words, though they do not look like names. `listed`: where that is meant. */
export function leftInEnglish(catalogue: Catalogue, listed: readonly string[]): string[] {
  return Object.entries(catalogue).flatMap(([key, entry]) => {
    const isSame = entry === key || (typeof entry !== 'string' && entry.other === key);
    const isMeant = listed.includes(key) || sameAsEnglish.some((names) => names.test(key));
    return isSame && !isMeant ? [key] : [];
  });
}

function formFaults({ key, one }: Message, entry: Catalogue[string], locale: string): string[] {
  const wanted = [...new Intl.PluralRules(locale).resolvedOptions().pluralCategories].toSorted();
  if (one === null) {
    return typeof entry === 'string' ? [] : [`“${key}” is not counted, and has forms`];
  }
  if (wanted.length === 1) {
    return typeof entry === 'string' ? [] : [`“${key}” has forms in a language without any`];
  }
  const found = typeof entry === 'string' ? [] : Object.keys(entry).toSorted();
  return found.join() === wanted.join() ? [] : [`“${key}” has other forms than ${wanted.join()}`];
}

function textFaults({ key, one }: Message, text: string): string[] {
  const faults: string[] = [];
  if (text.trim() === '') faults.push(`“${key}” is empty`);
  // "One file" counts without a number; so may a form of another language.
  const marks = [key, ...(one === null ? [] : [one])].map(marksOf);
  const isCounted = one !== null;
  const isSame = marks.includes(marksOf(text)) || (isCounted && marks.includes(withNumber(text)));
  if (!isSame) faults.push(`“${key}” has other values: “${text}”`);
  for (const edge of [/^\s/, /\s$/]) {
    if (edge.test(key) !== edge.test(text)) faults.push(`“${key}” has other blanks at an end`);
  }
  return faults;
}

function withNumber(text: string): string {
  return marksOf(`${text}{n}`);
}
