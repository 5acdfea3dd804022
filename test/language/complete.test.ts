import { describe, expect, it } from 'vitest';
import { readMessages } from '../../scripts/words/messages.ts';
import { languages } from '../../src/language/languages.ts';
import type { Catalogue } from '../../src/language/state.ts';
import { faultsIn, missingIn } from '../support/language/catalogue-faults.ts';
import { readCatalogue } from '../support/language/catalogues.ts';

const { messages } = readMessages();
const others = languages.filter((language) => language !== 'en');

describe.each(others)('in %s', (language) => {
  it('everything that people see is there', () => {
    expect(missingIn(readCatalogue(language), messages)).toEqual([]);
  });
});

it('a catalogue with everything in it is complete, and one that lacks a message is not', () => {
  for (const language of others) {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const full: Catalogue = Object.fromEntries(
      messages.map(({ key, one }) => [key, one === null ? key : formsOf(key, pluralCategories)]),
    );
    expect(missingIn(full, messages)).toEqual([]);
    expect(faultsIn(full, messages, language)).toEqual([]);
    const [first] = messages;
    const { [first?.key ?? '']: _, ...rest } = full;
    expect(missingIn(rest, messages)).toEqual([first?.key]);
  }
});

function formsOf(key: string, categories: readonly Intl.LDMLPluralRule[]): Catalogue[string] {
  if (categories.length === 1) return key;
  const forms = categories.map((category) => [category, key] as const);
  return { ...Object.fromEntries(forms), other: key };
}
