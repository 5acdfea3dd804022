/** Every failure in words a Pi owner understands: what happened, and what to do next. The words are in `words/`. */

import type { ErrorCode, PiKeepError } from './errors.ts';
import { cardWords } from './words/card.ts';
import { destinationWords } from './words/destination.ts';
import { imageWords } from './words/image.ts';
import { libraryWords } from './words/library.ts';
import { openingWords } from './words/opening.ts';
import { programWords } from './words/program.ts';
import { restoreWords } from './words/restore.ts';
import { stallWords } from './words/stall.ts';
import type { Words } from './words/words.ts';

export interface Explanation {
  /** A headline of a few words. */
  readonly title: string;
  /** What happened, in one or two sentences. */
  readonly message: string;
  /** The next step. */
  readonly next: string;
}

/** Has words for every code, or it would not compile. */
const words: Words<ErrorCode> = {
  ...cardWords,
  ...destinationWords,
  ...imageWords,
  ...libraryWords,
  ...openingWords,
  ...programWords,
  ...restoreWords,
  ...stallWords,
};

export function explain<C extends ErrorCode>(error: PiKeepError<C>): Explanation {
  return words[error.code](error.facts);
}
