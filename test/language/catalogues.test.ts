import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMessages, readSource } from '../../scripts/words/messages.ts';
import { languages } from '../../src/language/languages.ts';
import type { Catalogue } from '../../src/language/state.ts';
import { faultsIn, leftInEnglish } from '../support/language/catalogue-faults.ts';
import { meantAsInEnglish, readCatalogue } from '../support/language/catalogues.ts';

const others = languages.filter((language) => language !== 'en');
const { messages, loose, unreadable } = readMessages();

describe('the words of the sources', () => {
  it('all go through say, and can be read by whoever translates', () => {
    expect(unreadable).toEqual([]);
    expect(loose).toEqual([]);
  });

  it('are many, and each is known with its places', () => {
    expect(messages.length).toBeGreaterThan(700);
    for (const { at } of messages) expect(at.length).toBeGreaterThan(0);
    for (const place of messages.flatMap(({ at }) => at).slice(0, 50)) {
      const [file = '', line = ''] = place.split(':');
      const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
      expect(text.split('\n').length).toBeGreaterThanOrEqual(Number(line));
    }
  });

  it('are counted the same wherever they are said', () => {
    const counted = messages.filter(({ one }) => one !== null);
    for (const { key, one } of counted) {
      expect(marks(one ?? '')).toEqual(marks(key));
    }
    expect(counted.length).toBeGreaterThan(20);
  });
});

describe('a text of the sources', () => {
  const read = (source: string) => readSource('src/engine/words/card.ts', source);

  it('is loose where nobody could translate it', () => {
    const source = `export const words = (name: string) => \`Take \${name} out\`;\n`;
    expect(read(source).loose).toMatchObject([
      { text: 'Take … out', at: 'src/engine/words/card.ts:1' },
    ]);
    expect(read("say(`it is gone`); const x = 'Put it back';\n").loose).toHaveLength(2);
    expect(read(`const x = say\`Put \${it} back\`;\n`)).toMatchObject({
      loose: [],
      messages: [{ key: 'Put {0} back' }],
    });
  });

  it('is unreadable where it is put together', () => {
    expect(read(`sayCount(n, 'a file', \`\${n} files\`);\n`).unreadable).toHaveLength(1);
    expect(read('toSay(text);\n').unreadable).toHaveLength(1);
  });
});

describe.each(others)('the catalogue of %s', (language) => {
  const catalogue = readCatalogue(language);

  it('has nothing in it that could not be shown', () => {
    expect(faultsIn(catalogue, messages, language)).toEqual([]);
  });

  it('has nothing left in English by accident', () => {
    expect(leftInEnglish(catalogue, meantAsInEnglish[language] ?? [])).toEqual([]);
  });
});

describe('a fault of a catalogue', () => {
  const said = [
    { key: 'Put {0} in {1}', one: null, at: [] },
    { key: '{n} files', one: 'one file', at: [] },
    { key: ' and more', one: null, at: [] },
  ];
  const good: Catalogue = {
    'Put {0} in {1}': 'In {1} mit {0}',
    '{n} files': { one: 'eine Datei', other: '{n} Dateien' },
    ' and more': ' und mehr',
  };

  it.each<[string, Catalogue, string]>([
    ['an old message', { Gone: 'Weg' }, 'de'],
    ['a value that is missing', { 'Put {0} in {1}': 'Mit {0}' }, 'de'],
    ['a value too many', { 'Put {0} in {1}': '{0} {1} {0}' }, 'de'],
    ['an empty one', { 'Put {0} in {1}': ' ' }, 'de'],
    ['another blank at an end', { ' and more': 'und mehr' }, 'de'],
    ['a form that is missing', { '{n} files': { other: '{n} Dateien' } }, 'de'],
    ['one text where two forms are needed', { '{n} files': '{n} Dateien' }, 'de'],
    ['a form that Spanish has besides', { '{n} files': { one: '1', other: '{n} ficheros' } }, 'es'],
    ['forms where there are none', { '{n} files': { other: '{n} 個' } }, 'ja'],
    ['forms of what is not counted', { ' and more': { other: ' und mehr' } }, 'de'],
  ])('is %s', (_, wrong, language) => {
    expect(faultsIn(good, said, 'de')).toEqual([]);
    expect(faultsIn(wrong, said, language)).not.toEqual([]);
  });

  it('is English that nobody listed', () => {
    const same: Catalogue = { Cancel: 'Cancel', '{0} GB': '{0} GB', 'SHA-256': 'SHA-256' };
    expect(leftInEnglish(same, [])).toEqual(['Cancel']);
    expect(leftInEnglish(same, ['Cancel'])).toEqual([]);
    expect(leftInEnglish({ '{n} files': { one: 'x', other: '{n} files' } }, [])).toHaveLength(1);
  });
});

function marks(text: string): string[] {
  return (text.match(/\{\d+\}/g) ?? []).toSorted();
}
