/** The catalogues as they lie in the sources. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import type { Language } from '../../../src/language/languages.ts';
import type { Catalogue } from '../../../src/language/state.ts';

const folder = resolve(import.meta.dirname, '../../../src/language/catalogues');

const schema = v.record(
  v.string(),
  v.union([
    v.string(),
    v.strictObject({
      zero: v.exactOptional(v.string()),
      one: v.exactOptional(v.string()),
      two: v.exactOptional(v.string()),
      few: v.exactOptional(v.string()),
      many: v.exactOptional(v.string()),
      other: v.string(),
    }),
  ]),
);

export function readCatalogue(language: Language): Catalogue {
  return v.parse(schema, JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')));
}

/** Messages that are the same in a language as in English, and are meant to be. */
export const meantAsInEnglish: Readonly<Partial<Record<Language, readonly string[]>>> = {
  de: [
    ...['Name', 'Backup', 'Backups', 'Partition {0}', 'Details', 'Filter', 'Image', 'Images'],
    ...['Link', 'Socket', 'Kernel', 'System', 'Software'],
  ],
  fr: ['orange'],
  ja: ['Wi-Fi'],
};
