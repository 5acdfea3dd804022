/** Sets the language of this process. */

import type { Language, Tongue } from './languages.ts';
import { type Catalogue, resetState, setState } from './state.ts';

/** English is in the source. Each catalogue is a file of its own, read only where its language is spoken. */
const catalogues: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Catalogue>>> = {
  de: async () => (await import('./catalogues/de.json', { with: { type: 'json' } })).default,
  fr: async () => (await import('./catalogues/fr.json', { with: { type: 'json' } })).default,
  es: async () => (await import('./catalogues/es.json', { with: { type: 'json' } })).default,
  ja: async () => (await import('./catalogues/ja.json', { with: { type: 'json' } })).default,
  'zh-Hans': async () =>
    (await import('./catalogues/zh-Hans.json', { with: { type: 'json' } })).default,
};

/** From here on every `say` is in this language; what was said before stays as it was. */
export async function useLanguage({ language, locale }: Tongue): Promise<void> {
  if (language === 'en') {
    setState(locale, () => undefined);
    return;
  }
  const catalogue = new Map(Object.entries(await catalogues[language]()));
  setState(locale, (key) => catalogue.get(key), [...catalogue.keys()]);
}

/** Marks every message, so that a test sees which words of a page do not come through here. */
export function useMarkedEnglish(): void {
  setState('en-GB', (key) => `⟦${key}⟧`);
}

/** As a process starts: English, written as in English. */
export function useEnglish(): void {
  resetState();
}
