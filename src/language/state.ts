/** The language of this process. Only this folder looks in here. */

/** Forms of a counted message by CLDR's plural category; "other" is always there. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & {
  readonly other: string;
};

/** English to the language: a text, or its forms where something is counted. */
export type Catalogue = Readonly<Record<string, string | Forms>>;

export type Value = string | number;

interface State {
  locale: string;
  rules: Intl.PluralRules;
  numbers: Intl.NumberFormat;
  find: (key: string) => string | Forms | undefined;
  /** Everything that `find` finds. */
  keys: readonly string[];
}

/** The sources are written in it, days and lists included: "23 Nov 2026", "a, b and c". */
const english = stateOf('en-GB', () => undefined);
let state: State = english;

/** `locale` is a BCP 47 tag; it decides about numbers, dates and plurals. */
export function setState(locale: string, find: State['find'], keys: readonly string[] = []): void {
  state = stateOf(locale, find, keys);
}

export function resetState(): void {
  state = english;
}

export function currentLocale(): string {
  return state.locale;
}

export const phraseIn = {
  english<Made>(make: () => Made): Made {
    const before = state;
    state = english;
    try {
      return make();
    } finally {
      state = before;
    }
  },
  keys(): readonly string[] {
    return state.keys;
  },
  /** Null where there is none, also in English. */
  known(key: string): string | null {
    const found = state.find(key);
    return typeof found === 'string' ? found : (found?.other ?? null);
  },
  text(key: string): string {
    return phraseIn.known(key) ?? key;
  },
  forms(n: number, one: string, other: string): { text: string; number: string } {
    const found = state.find(other);
    const number = state.numbers.format(n);
    if (typeof found === 'string') return { text: found, number };
    if (found) return { text: found[state.rules.select(n)] ?? found.other, number };
    // Untranslated, so by the rules of English, whatever the language.
    return { text: n === 1 ? one : other, number };
  },
};

function stateOf(locale: string, find: State['find'], keys: readonly string[] = []): State {
  const [rules, numbers] = [new Intl.PluralRules(locale), new Intl.NumberFormat(locale)];
  return { locale, rules, numbers, find, keys };
}
