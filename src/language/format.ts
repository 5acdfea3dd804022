/** Numbers, lists and names as the language writes them; for days and times `currentLocale` is what `Intl` needs. */

import { currentLocale } from './state.ts';

export { currentLocale } from './state.ts';

export function formatNumber(n: number): string {
  return new Intl.NumberFormat(currentLocale()).format(n);
}

/** "43%", of a share from 0 to 1. */
export function formatPercent(share: number): string {
  return percents().format(share);
}

const percents = perLocale((locale) => new Intl.NumberFormat(locale, { style: 'percent' }));

/** Keeps what is costly to make, such as a formatter of `Intl`, for as long as the language stays. */
export function perLocale<Made>(make: (locale: string) => Made): () => Made {
  let kept: { readonly locale: string; readonly made: Made } | null = null;
  return () => {
    const locale = currentLocale();
    if (kept?.locale !== locale) kept = { locale, made: make(locale) };
    return kept.made;
  };
}

/** "a, b and c" */
export function formatList(items: readonly string[]): string {
  return new Intl.ListFormat(currentLocale(), { type: 'conjunction' }).format(items);
}

/** A clause that may go on in a line, as the beginning of one. */
export function sentenceCase(text: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase(currentLocale()) + text.slice(first.length);
}
