import { afterEach, expect, it } from 'vitest';
import { currentLocale } from '../../src/language/format.ts';
import { currentTongue, speak, useEnglish } from '../../src/language/use-language.ts';

afterEach(useEnglish);

it('begins in English as the sources are written', () => {
  expect(currentTongue()).toEqual({ language: 'en', locale: 'en-GB' });
});

it.each([
  ['system', ['pt-BR', 'de-AT', 'fr'], { language: 'de', locale: 'de-AT' }],
  ['system', ['pt-BR'], { language: 'en', locale: 'en' }],
  ['fr', ['de-AT', 'fr-CH'], { language: 'fr', locale: 'fr-CH' }],
  ['ja', ['de-AT'], { language: 'ja', locale: 'ja' }],
  ['zh-Hans', ['zh-TW', 'zh-CN'], { language: 'zh-Hans', locale: 'zh-CN' }],
] as const)('speaks %s to somebody who wants %j as %j', async (choice, wishes, tongue) => {
  await speak(choice, wishes);
  expect(currentTongue()).toEqual(tongue);
  expect(currentLocale()).toBe(tongue.locale);
});
