/** The port through which a command speaks: one implementation for people, one for scripts. */

import type { PiKeepError } from '../engine/errors.ts';
import type { Plan, Progress } from '../worker/progress.ts';

/** What a script receives: documented field by field in docs/scripting.md. */
export type Facts = Readonly<Record<string, unknown>>;

/** Something a command has to tell: facts for scripts, lines for people. */
export interface Telling {
  readonly facts: Facts;
  /** Lines without line ends. May hold text read off a card: the printer removes what could steer a terminal. */
  readonly lines: readonly string[];
  /** Of a start: several disks are worked on at once, so what is said of one names it (the fact `disk`). */
  readonly isParallel?: boolean;
}

/** Calls are made in this order: start, then any mixture of the middle ones, then done or error. Nothing here throws. */
export interface Printer {
  start(telling: Telling): void;
  progress(progress: Progress, facts?: Facts): void;
  /** What a backup will read, before it copies. */
  plan(plan: Plan, facts?: Facts): void;
  warning(code: string, text: string, facts?: Facts): void;
  /** A thing that happened while a long command goes on: its name becomes the "event" for scripts. */
  happened(event: string, telling: Telling): void;
  done(telling: Telling): void;
  error(error: PiKeepError): void;
}
