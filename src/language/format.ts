/** Numbers, lists and names as the language writes them; for days and times `currentLocale` is what `Intl` needs. */

import { currentLocale } from './state.ts';

export { currentLocale } from './state.ts';

export function formatNumber(n: number): string {
  return new Intl.NumberFormat(currentLocale()).format(n);
}

/** "a, b and c" */
export function formatList(items: readonly string[]): string {
  return new Intl.ListFormat(currentLocale(), { type: 'conjunction' }).format(items);
}
