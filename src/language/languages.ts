/** The languages PiKeep speaks, and which of them a person gets. */

/** BCP 47 tags, English first: it is what the others fall back on. */
export const languages = ['en', 'de', 'fr', 'es', 'ja', 'zh-Hans'] as const;

export type Language = (typeof languages)[number];

/** Each in its own words, as a list of languages shows them. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ja: '日本語',
  'zh-Hans': '简体中文',
};

export interface Tongue {
  readonly language: Language;
  /** The person's own variant of it ("de-CH"), for numbers and dates. */
  readonly locale: string;
}

/**
 * The first of `wishes` (BCP 47 tags, most wanted first) that PiKeep speaks; English where it speaks none. What is no tag
 * is passed over. Chinese written traditionally is not taken for the simplified one.
 */
export function pickLanguage(wishes: readonly string[]): Tongue {
  for (const wish of wishes) {
    const locale = parse(wish);
    const language = locale && languages.find((one) => speaks(one, locale));
    if (locale && language) return { language, locale: locale.baseName };
  }
  return { language: 'en', locale: 'en' };
}

/** A language that was chosen, with the person's variant of it where one of the `wishes` is one. */
export function tongueOf(language: Language, wishes: readonly string[]): Tongue {
  const variant = wishes.map(parse).find((locale) => locale && speaks(language, locale));
  return { language, locale: variant?.baseName ?? language };
}

/** "de_DE.UTF-8" of LANG as a tag, "C" and "POSIX" as none (POSIX.1-2024, 8.2). */
export function tagOfPosixLocale(text: string): string | null {
  const [name = ''] = text.split(/[.@]/);
  return name === '' || name === 'C' || name === 'POSIX' ? null : name.replaceAll('_', '-');
}

/** A tag that `Intl` takes. */
export function isLocale(tag: string): boolean {
  return parse(tag) !== null;
}

function parse(tag: string): Intl.Locale | null {
  try {
    return new Intl.Locale(tag);
  } catch {
    return null;
  }
}

function speaks(language: Language, locale: Intl.Locale): boolean {
  const [ours, theirs] = [new Intl.Locale(language).maximize(), locale.maximize()];
  return ours.language === theirs.language && ours.script === theirs.script;
}
