/** Text from a card, a file name or a tool, made harmless for a terminal. */

/**
 * Replaces control characters (escape sequences could rewrite what the user sees) and characters that reverse the
 * direction of reading (Unicode Technical Report 36, "Bidirectional Text Spoofing").
 */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, '\ufffd');
}
