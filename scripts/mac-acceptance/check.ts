/** What a check is: one thing that PiKeep takes for granted about macOS, and how to find out. */

import type { Stage } from './stage.ts';

export type Verdict = 'passed' | 'failed' | 'needs a human' | 'not here';

export interface Check {
  readonly name: string;
  /** What PiKeep relies on, in a sentence. */
  readonly assumption: string;
  /** Where that is known from: documentation, a recording, the source of others, or "a guess". */
  readonly source: string;
  /** Nothing but a real Mac can answer it; a stand-in only knows what it was told. */
  readonly onlyReal?: true;
  readonly how: ByItself | ByHand;
}

export interface ByItself {
  /** Returns what was seen. Throws for what is not as assumed; NotHere and NeedsHuman are no failures. */
  readonly run: (stage: Stage) => Promise<string>;
}

export interface ByHand {
  /** What somebody at the Mac has to do and to look at. */
  readonly steps: string;
}

export class NotHere extends Error {}
export class NeedsHuman extends Error {}

export interface Finding {
  readonly name: string;
  readonly assumption: string;
  readonly source: string;
  readonly verdict: Verdict;
  readonly detail: string;
}

/** Throws with what was found instead. */
export function expectThat(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}
