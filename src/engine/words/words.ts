/** The shape of a table of words: one function for each error code of a theme. */

import type { ErrorCode, ErrorFacts } from '../errors.ts';
import type { Explanation } from '../explain.ts';

export type Words<C extends ErrorCode> = {
  readonly [K in C]: (facts: ErrorFacts[K]) => Explanation;
};
