/** Has a worker look at the cards that a restore may go to, one after the other, the chosen one first. */

import { asPiKeepError, isPiKeepError } from '../engine/errors.ts';
import type { SurveyResult } from '../worker/restore-results.ts';
import type { RunTask, StartWorker } from '../worker/run-task.ts';
import type { SurveyTask } from '../worker/tasks.ts';
import { LookInside } from './look-inside.ts';
import { chosenTarget, identityOf, surveyOf, targetsOf } from './restore-page.ts';
import { type DeskInput, type DeskState, jobOn, type SeenDisk } from './state.ts';

export interface SurveyorOptions {
  readonly runTask: RunTask;
  readonly startWorker: StartWorker;
  /** Also into cards that nobody has chosen yet (`look-inside.ts`). */
  readonly looksInside: boolean;
  readonly task: (image: string, seen: SeenDisk) => SurveyTask;
  readonly state: () => DeskState;
  readonly apply: (input: DeskInput) => void;
}

/** More than anybody has readers for. */
const MAX_SURVEYED = 12;

interface Wanted {
  readonly opening: number;
  readonly image: string;
  readonly seen: SeenDisk;
}

export class Surveyor {
  readonly #options: SurveyorOptions;
  readonly #closing = new AbortController();
  readonly #examining = new Set<Promise<void>>();
  readonly #inside: LookInside | null;
  #running: { name: string; controller: AbortController; ended: Promise<void> } | null = null;

  constructor(options: SurveyorOptions) {
    this.#options = options;
    this.#inside = options.looksInside ? new LookInside({ ...options, surveyor: this }) : null;
  }

  /** To be called after every change of the state: begins what is wanted now, and ends what is not any more. */
  follow(): void {
    if (this.#closing.signal.aborted) return;
    this.#inside?.follow();
    const wanted = nextSurvey(this.#options.state());
    const name = wanted && nameOf(wanted);
    if (this.#running !== null) {
      if (this.#running.name !== name) this.#running.controller.abort();
      return;
    }
    if (wanted === null || name === null) return;
    const controller = new AbortController();
    const ended = this.#survey(wanted, controller.signal).finally(() => {
      this.#running = null;
      this.follow();
    });
    this.#running = { name, controller, ended };
  }

  /** Finds out how the card of a job that has ended stands. */
  examine(job: string, image: string, seen: SeenDisk): void {
    const { apply } = this.#options;
    const looking = this.look(image, seen, this.#closing.signal).then(
      (result) => apply({ input: 'examined', job, result }),
      // Where the card cannot be read without asking, or has left, it stays at how far its job had come.
      () => undefined,
    );
    this.#examining.add(looking);
    void looking.finally(() => this.#examining.delete(looking));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#running?.controller.abort();
    await Promise.all([this.#running?.ended, this.#inside?.close(), ...this.#examining]);
  }

  async #survey({ opening, image, seen }: Wanted, signal: AbortSignal): Promise<void> {
    const identity = identityOf(seen);
    const told = { input: 'surveyed', opening, image, card: seen.key } as const;
    try {
      const result = await this.look(image, seen, signal);
      this.#options.apply({ ...told, survey: { is: 'ready', identity, result } });
    } catch (error) {
      if (signal.aborted && isPiKeepError(error, 'INTERRUPTED')) return;
      const reason = asPiKeepError(error);
      this.#options.apply({ ...told, survey: { is: 'failed', identity, error: reason } });
    }
  }

  /** Shows no dialog. Throws what the task `survey` throws. */
  look(image: string, seen: SeenDisk, signal: AbortSignal): Promise<SurveyResult> {
    const { runTask, startWorker, task } = this.#options;
    return runTask(task(image, seen), { startWorker, authorizer: null, signal });
  }
}

function nextSurvey(state: DeskState): Wanted | null {
  const { restore } = state;
  if (restore === null) return null;
  const targets = targetsOf(state, restore).slice(0, MAX_SURVEYED);
  const inOrder = [chosenTarget(state), ...targets].filter((seen) => seen !== null);
  const seen = inOrder.find((one) => surveyOf(restore, one) === null && !jobOn(state, one));
  return seen ? { opening: restore.opening, image: restore.backup.path, seen } : null;
}

function nameOf({ opening, image, seen }: Wanted): string {
  return [opening, image, seen.disk.id, seen.key, identityOf(seen)].join('\n');
}
