/** Every failure in words a Pi owner understands: what happened, and what to do next. The only place with such words. */

import type { PiKeepError } from './errors.ts';

export interface Explanation {
  /** A headline of a few words. */
  readonly title: string;
  /** What happened, in one or two sentences. */
  readonly message: string;
  /** The next step. */
  readonly next: string;
}

export type Explain = (error: PiKeepError) => Explanation;
