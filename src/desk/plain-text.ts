/** Text that came off a card, made fit to be shown: labels and names there can be anything. */

import { sayAgain } from '../language/say-again.ts';

/** A text of a file or a worker that is a message of ours, in the language of the reader. */
export function saidText(text: string, longest: number): string {
  return plainText(sayAgain(text), longest);
}

/**
 * One line of at most `longest` UTF-16 units: without control characters, without invisible ones that turn the direction
 * of writing or hide, and with every half character replaced.
 */
export function plainText(text: string, longest: number): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).toWellFormed()}…`;
}
