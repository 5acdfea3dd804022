import { afterEach, describe, expect, it } from 'vitest';
import { pickLanguage, tagOfPosixLocale, tongueOf } from '../../src/language/languages.ts';
import { say, sayAround, sayCount, sayPhrase, toSay } from '../../src/language/say.ts';
import { setState } from '../../src/language/state.ts';
import { useEnglish, useMarkedEnglish } from '../../src/language/use-language.ts';

afterEach(useEnglish);

const turned: Record<string, string | { one: string; many?: string; other: string }> = {
  '{0} of {1}': 'von {1}: {0}',
  'It is {0}.': 'Das ist {0}.',
  '{n} files in {0}': { one: '{n} Datei in {0}', other: '{n} Dateien in {0}' },
  'backed up': 'gesichert',
};

describe('a message', () => {
  it('is English where nothing else is chosen', () => {
    expect(say`${'octopi'} of ${7}`).toBe('octopi of 7');
    expect(sayCount(1, '{n} file in {0}', '{n} files in {0}', 'home')).toBe('1 file in home');
    expect(sayCount(1234, '{n} file in {0}', '{n} files in {0}', 'home')).toBe(
      '1,234 files in home',
    );
    expect(sayPhrase(toSay('backed up'))).toBe('backed up');
  });

  it('has the order, the forms and the numbers of the language', () => {
    setState('de', (key) => turned[key]);
    expect(say`${'octopi'} of ${'sieben'}`).toBe('von sieben: octopi');
    expect(sayAround`It is ${{ bold: true }}.`).toEqual(['Das ist ', { bold: true }, '.']);
    expect(sayCount(1, '{n} file in {0}', '{n} files in {0}', 'home')).toBe('1 Datei in home');
    expect(sayCount(1234, '{n} file in {0}', '{n} files in {0}', 'home')).toBe(
      '1.234 Dateien in home',
    );
    expect(sayPhrase(toSay('backed up'))).toBe('gesichert');
  });

  it('without a translation is said in English, counted by the rules of English', () => {
    // In Japanese everything is "other".
    setState('ja', () => undefined);
    expect(say`${'octopi'} is here`).toBe('octopi is here');
    expect(sayCount(1, '{n} card', '{n} cards')).toBe('1 card');
  });

  it('takes values as they are, whatever is in them', () => {
    expect(say`${'{1}'} of ${'$& {0}'}`).toBe('{1} of $& {0}');
    expect(sayCount(2, '{n} of {0}', '{n} of {0}', '{n}')).toBe('2 of {n}');
  });

  it('has no blank between Chinese and Chinese, where a value begins or ends with it', () => {
    setState('zh-Hans', (key) =>
      key === '{0} runs in {1}, {2}' ? '{0} 正在 {1} 中运行 {2}' : key,
    );
    expect(say`${'PiKeep'} runs in ${'你的终端'}, ${'我的 照片'}`).toBe(
      'PiKeep 正在你的终端中运行我的 照片',
    );
    expect(say`${'PiKeep'} runs in ${'Terminal'}, ${3}`).toBe('PiKeep 正在 Terminal 中运行 3');
  });

  it('can be marked, to see which words come through here', () => {
    useMarkedEnglish();
    expect(say`${'octopi'} is here`).toBe('⟦octopi is here⟧');
  });
});

describe('the language', () => {
  it.each([
    [['de-CH', 'en'], 'de', 'de-CH'],
    [['nl', 'fr-CA'], 'fr', 'fr-CA'],
    [['zh-CN'], 'zh-Hans', 'zh-CN'],
    [['zh-TW', 'ja-JP'], 'ja', 'ja-JP'],
    [['pt-BR', 'no tag'], 'en', 'en'],
    [[], 'en', 'en'],
  ])('for %j is %s', (wishes, language, locale) => {
    expect(pickLanguage(wishes)).toEqual({ language, locale });
  });

  it('that is chosen keeps the variant of the person', () => {
    expect(tongueOf('de', ['en-US', 'de-AT'])).toEqual({ language: 'de', locale: 'de-AT' });
    expect(tongueOf('ja', ['de-AT'])).toEqual({ language: 'ja', locale: 'ja' });
  });

  it('is read from a POSIX locale', () => {
    expect(tagOfPosixLocale('de_DE.UTF-8@euro')).toBe('de-DE');
    expect(tagOfPosixLocale('C.UTF-8')).toBeNull();
    expect(tagOfPosixLocale('')).toBeNull();
  });
});
