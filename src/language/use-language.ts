/** Sets the language of this process. */

import { type Language, pickLanguage, type Tongue, tongueOf } from './languages.ts';
import { type Catalogue, resetState, setState } from './state.ts';

/** The sources are written as in Britain. */
const plain: Tongue = { language: 'en', locale: 'en-GB' };
let present = plain;
const listeners = new Set<() => void>();

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
export async function useLanguage(tongue: Tongue): Promise<void> {
  const { language, locale } = tongue;
  const texts = language === 'en' ? {} : await catalogues[language]();
  const catalogue = new Map(Object.entries(texts));
  setState(locale, (key) => catalogue.get(key), [...catalogue.keys()]);
  const isOther = tongue.language !== present.language || tongue.locale !== present.locale;
  present = tongue;
  if (isOther) for (const listener of [...listeners]) listener();
}

/** Calls back whenever another language or variant of it is spoken, for whoever keeps words. Returns how to stop that. */
export function onOtherLanguage(listener: () => void): () => void {
  const own = (): void => listener();
  listeners.add(own);
  return () => void listeners.delete(own);
}

/**
 * The language that was chosen, or the first of the system's that PiKeep speaks. `wishes` are the system's, most wanted first, as
 * BCP 47 tags.
 */
export async function speak(choice: 'system' | Language, wishes: readonly string[]): Promise<void> {
  await useLanguage(choice === 'system' ? pickLanguage(wishes) : tongueOf(choice, wishes));
}

/** What this process speaks now. */
export function currentTongue(): Tongue {
  return present;
}

/** Marks every message, so that a test sees which words of a page do not come through here. */
export function useMarkedEnglish(): void {
  setState('en-GB', (key) => `⟦${key}⟧`);
  present = plain;
}

/** As a process starts: English, written as in English. */
export function useEnglish(): void {
  resetState();
  present = plain;
}
