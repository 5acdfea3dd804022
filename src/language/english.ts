/**
 * Texts that are kept in files or sent between processes, and read by people later: they are written in English, so that a
 * manifest, a log and `--json` say the same everywhere. `sayAgain` says them in the language of the reader.
 */

import { phraseIn, type Value } from './state.ts';

/** As `say`, and always in English: english`${name} is damaged` */
export function english(parts: TemplateStringsArray, ...values: readonly Value[]): string {
  return parts.reduce((text, part, index) => `${text}${values[index - 1]}${part}`);
}

/** Whatever is said and formatted in `make`, in English. Nothing that waits: the language comes back when it returns. */
export function inEnglish<Made>(make: () => Made): Made {
  return phraseIn.english(make);
}
