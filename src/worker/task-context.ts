/** What a task may use besides its own words: talk to its owner, be cancelled, know the time. */

import type { Authorizer, Platform } from '../platform/ports.ts';
import type { Held, Plan, Progress } from './progress.ts';

export interface TaskContext {
  readonly createPlatform: (options: { slot: string | null }) => Promise<Platform>;
  readonly authorizer: Authorizer;
  readonly signal: AbortSignal;
  /** After the signal has fired: what is done is to stay, so that it can be continued. Before that it means nothing. */
  readonly keepsPartial: () => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic: () => number;
  /** Waits for so many milliseconds, or until the signal fires; by the timers of the system where left out. */
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly progress: (progress: Progress) => void;
  readonly plan: (plan: Plan) => void;
  /** The task waits for something; null: it goes on. */
  readonly held: (held: Held | null) => void;
  readonly warn: (code: string, text: string) => void;
}
