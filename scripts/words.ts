/**
 * `npm run words`: what is translated and what is not. With `--missing LANGUAGE` the messages that a catalogue lacks, as JSON
 * with the places where each is said; with `--loose` the texts that do not go through `say`. `--tidy` sorts the catalogues and
 * takes out what nobody says any more.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { languages } from '../src/language/languages.ts';
import { readMessages } from './words/messages.ts';

const { values } = parseArgs({
  options: {
    missing: { type: 'string' },
    loose: { type: 'boolean', default: false },
    tidy: { type: 'boolean', default: false },
  },
});
const { messages, loose, unreadable } = readMessages();
const keys = new Set(messages.map(({ key }) => key));

if (values.tidy) for (const language of languages.filter((one) => one !== 'en')) tidy(language);

if (values.missing) {
  const known = catalogue(values.missing);
  const missing = messages.filter(({ key }) => !(key in known));
  console.log(JSON.stringify(missing, null, 1));
} else if (values.loose) {
  for (const { at, text } of [...unreadable, ...loose])
    console.log(`${at}  ${JSON.stringify(text)}`);
} else {
  console.log(`${messages.length} messages, ${loose.length + unreadable.length} loose texts`);
  for (const language of languages.filter((one) => one !== 'en')) {
    const known = Object.keys(catalogue(language));
    const old = known.filter((key) => !keys.has(key)).length;
    console.log(
      `${language}: ${known.length - old} translated, ${messages.length - known.length + old} missing, ${old} old`,
    );
  }
}

function tidy(language: string): void {
  const known = catalogue(language);
  const kept = Object.keys(known).filter((key) => keys.has(key));
  // By code units, as the messages are, so that a change of one is a change of one line.
  const sorted = kept.sort().map((key) => [key, known[key]] as const);
  writeFileSync(
    catalogueFile(language),
    `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`,
  );
}

function catalogue(language: string): Record<string, unknown> {
  return JSON.parse(readFileSync(catalogueFile(language), 'utf8'));
}

function catalogueFile(language: string): string {
  return join(resolve(import.meta.dirname, '..'), `src/language/catalogues/${language}.json`);
}
