/** What the words of a job were made of, to be made again when another language is chosen (`say-anew.ts`). */

import type { Held, Plan } from '../worker/progress.ts';
import type { DeskInput } from './state.ts';

export interface JobOrigins {
  readonly title: string;
  readonly plan: Plan | null;
  /** One for each warning that is shown. */
  readonly warnings: readonly string[];
  readonly hold: Hold | null;
  readonly end: Extract<DeskInput, { input: 'finished' | 'failed' }> | null;
}

/** Why a job waits: for room, or for a card or file that does not answer. */
export type Hold =
  | Held
  | {
      readonly why: 'stalled';
      readonly who: 'reader' | 'file';
      readonly name: string;
      readonly seconds: number;
    };

export const noOrigins: Omit<JobOrigins, 'title'> = {
  plan: null,
  warnings: [],
  hold: null,
  end: null,
};
