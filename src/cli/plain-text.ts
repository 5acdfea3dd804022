/** Text from a card, a file name or a tool, made harmless for a terminal. */

/**
 * Control characters (escape sequences could rewrite what the user sees) and characters that reverse the direction of
 * reading (Unicode Technical Report 36, "Bidirectional Text Spoofing").
 */
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/** One line; breaks become spaces, and every other unsafe character a mark. */
export function plainText(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(unsafe, '\ufffd');
}

/** JSON of the same meaning, with what a terminal might act on written as escapes. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(
    unsafe,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
