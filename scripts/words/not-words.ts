/** Which texts of the sources are for people: the rule, and the few exceptions from it. */

/** Folders and files whose texts are shown in the panel, the tray, a dialog or a notification. */
export const spokenFolders: readonly string[] = [
  'src/app/',
  'src/desk/',
  'src/engine/words/',
  'src/panel/',
];

export const notForPeople = {
  /** Attributes of an element that nobody reads or hears. */
  attributes:
    /^(class|d|viewBox|data-.*|style|role|type|id|for|transform|points|href|src|rel|key|name|pattern|autocomplete|inputmode)$/,
};

/** Texts that look like words and are none: names, units, patterns of the system. */
const exceptions: readonly string[] = [
  // Names.
  'PiKeep',
  'SHA-256',
  'pikeep ls --search',
  // `KeyboardEvent.key`.
  'Backspace',
  'Enter',
  'Escape',
  // A media query.
  '(min-width: 860px)',
];

/** Two words, or one that begins like a sentence where the page is made. */
export function isProse(text: string, file: string): boolean {
  if (exceptions.includes(text.trim())) return false;
  if (/\p{L}{2,}[,;:.…!?]? +\S*\p{L}{2,}/u.test(text)) return true;
  return file.endsWith('.tsx') && /^\p{Lu}\p{Ll}+$/u.test(text.trim());
}
