/** Runs jobs in workers and reports to the desk what becomes of them. */

import { dirname } from 'node:path';
import { asPiKeepError, isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { Authorizer } from '../platform/ports.ts';
import type { RunTask, StartWorker } from '../worker/run-task.ts';
import type { JobTask } from './job-tasks.ts';
import type { DeskInput, JobResult } from './state.ts';
import { tilde } from './view.ts';

export interface JobRunnerOptions {
  readonly runTask: RunTask;
  readonly startWorker: StartWorker;
  readonly authorizer: Authorizer | null;
  readonly home: string;
}

interface Tasks {
  readonly task: JobTask;
  readonly anew: JobTask | null;
}

type Outcome = Extract<DeskInput, { input: 'finished' | 'failed' }>;

/** When to end, and whether what is done is to stay then. */
interface Ending {
  readonly signal: AbortSignal;
  readonly keepOnAbort: () => boolean;
}

interface Running {
  readonly cancel: (keep: boolean) => void;
  readonly ended: Promise<void>;
}

export interface JobRunnerDesk {
  readonly apply: (input: DeskInput) => void;
  /** Looks at the disks; resolves when the desk has seen them. */
  readonly look: () => Promise<void>;
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #desk: JobRunnerDesk;
  readonly #running = new Map<string, Running>();
  readonly #closing = new AbortController();
  #keepsAtClose = true;

  constructor(options: JobRunnerOptions, desk: JobRunnerDesk) {
    this.#options = options;
    this.#desk = desk;
  }

  /**
   * Resolves when the job has ended, whichever way; its outcome goes to the desk. `anew` is done instead of a task that turns
   * out not to be continued.
   */
  run(job: string, task: JobTask, anew: JobTask | null = null): Promise<void> {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#closing.signal]);
    /** What whoever cancelled it has said of it, the first time. */
    let keeps: boolean | null = null;
    const cancel = (keep: boolean): void => {
      keeps ??= keep;
      controller.abort();
    };
    const keepOnAbort = (): boolean => keeps ?? this.#keepsAtClose;
    const ended = this.#carryOut(job, { task, anew }, { signal, keepOnAbort });
    this.#running.set(job, { cancel, ended });
    return ended.finally(() => this.#running.delete(job));
  }

  /** Asks a running job to stop; any other is left as it is. `keep`: what a backup has done stays, to be continued. */
  cancel(job: string, keep: boolean): void {
    this.#desk.apply({ input: 'cancelling', job });
    this.#running.get(job)?.cancel(keep);
  }

  /** `keep`: what backups have done stays on the disk, to be continued. */
  async close(keep: boolean): Promise<void> {
    this.#keepsAtClose = keep;
    this.#closing.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #carryOut(job: string, { task, anew }: Tasks, ending: Ending): Promise<void> {
    let outcome = await this.#outcome(job, task, ending);
    if (anew && outcome.input === 'failed' && cannotContinue(outcome.error)) {
      outcome = await this.#outcome(job, anew, ending);
    }
    // What was written over looks different now. The desk sees that while it still knows why, and greets no new card.
    if (task.task !== 'backup') await this.#desk.look();
    this.#desk.apply(outcome);
  }

  async #outcome(job: string, task: JobTask, ending: Ending): Promise<Outcome> {
    const { runTask, startWorker, authorizer, home } = this.#options;
    const { apply } = this.#desk;
    try {
      if (ending.signal.aborted) throw new PiKeepError('INTERRUPTED', {});
      const result: JobResult = await runTask(task, {
        startWorker,
        authorizer,
        ...ending,
        onPlan: (plan) => apply({ input: 'planned', job, plan }),
        onProgress: (progress) => apply({ input: 'progressed', job, progress }),
        onHeld: (hold) => apply({ input: 'held', job, hold }),
        onStall: (stall) =>
          apply({ input: 'held', job, hold: stall && { why: 'stalled', ...stall } }),
        onWarning: ({ text }) => apply({ input: 'warned', job, text }),
      });
      const place = result.task === 'backup' ? tilde(dirname(result.image), home) : '';
      return { input: 'finished', job, result, place };
    } catch (error) {
      return { input: 'failed', job, error: asPiKeepError(error), kept: ending.keepOnAbort() };
    }
  }
}

function cannotContinue(error: PiKeepError): boolean {
  return isPiKeepError(error, 'CARD_CHANGED', 'NOTHING_TO_CONTINUE');
}
