/** The owner's side of a worker: start one, hand it a task, hear its progress, get its result. */

import * as v from 'valibot';
import { asPiKeepError, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import { currentTongue } from '../language/use-language.ts';
import type { Authorizer } from '../platform/ports.ts';
import { errorFromMessage } from './error-message.ts';
import type { Note } from './note.ts';
import type { Held, Plan, Progress } from './progress.ts';
import { type FromWorker, fromWorkerSchema, type TaskResult, type ToWorker } from './protocol.ts';
import type { Task } from './tasks.ts';
import {
  type Stall,
  type StallLimits,
  stallLimits,
  systemWatchClock,
  type WatchClock,
  Watchdog,
} from './watchdog.ts';

/** A started worker process, whatever kind it is (forked Node, Electron utilityProcess). */
export interface WorkerProcess {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `detail` says how it ended: exit code or signal. */
  onExit(listener: (detail: string) => void): void;
  /** Ends the process for certain; safe to call after it has gone. */
  kill(): void;
}

export type StartWorker = () => WorkerProcess;

export interface TaskListeners {
  readonly onProgress?: (progress: Progress) => void;
  /** Once, before the copying of a backup begins. */
  readonly onPlan?: (plan: Plan) => void;
  /** The task waits for something that is not its own business; null: it goes on. */
  readonly onHeld?: (held: Held | null) => void;
  /** A read or write does not end: told after a while, then every few seconds, and null when it is over. */
  readonly onStall?: (stall: Stall | null) => void;
  readonly onWarning?: (warning: { code: string; text: string }) => void;
  /** Which doors were tried, how unmounting went: for the log. */
  readonly onNote?: (note: Note) => void;
}

export interface RunTaskOptions extends TaskListeners {
  readonly startWorker: StartWorker;
  readonly authorizer: Authorizer | null;
  /** Aborting asks the worker to stop and clean up; one that has not stopped after a grace time is killed. */
  readonly signal?: AbortSignal;
  /** Asked on abort: is what is done to stay on the disk, to be continued? Left out, it is removed. */
  readonly keepOnAbort?: () => boolean;
  /** For tests. */
  readonly clock?: WatchClock;
  readonly stallLimits?: StallLimits;
}

/** The shape of `runTask`, for whoever is handed another one in a test. */
export type RunTask = <T extends Task>(task: T, options: RunTaskOptions) => Promise<ResultOf<T>>;

export type ResultOf<T extends Task> = Extract<TaskResult, { task: T['task'] }>;

/** Milliseconds a cancelled worker has for cleaning up. */
const GRACE_MS = 10_000;
/** Milliseconds a worker may live on after its last word. */
const LINGER_MS = 2000;
/** Milliseconds that a killed process is waited for; one in a read that never ends cannot be ended by anybody. */
const KILL_MS = 5000;

/**
 * Runs one task in a fresh worker and resolves with its result. Throws what the worker failed with; WORKER_DIED when it
 * ended without a last word; BAD_MESSAGE when it said something that is not of the protocol; STALLED when nothing went on
 * for too long; INTERRUPTED on abort.
 */
export const runTask: RunTask = async (task, options) => {
  throwIfInterrupted(options.signal);
  const outcome = await converse(options.startWorker(), task, options);
  if (outcome instanceof PiKeepError) {
    throw options.signal?.aborted
      ? new PiKeepError('INTERRUPTED', {}, { cause: outcome })
      : outcome;
  }
  if (outcome.task !== task.task) {
    const detail = `a result of ${outcome.task} for ${task.task}`;
    throw new PiKeepError('BAD_MESSAGE', { from: 'worker', detail });
  }
  return outcome as ResultOf<typeof task>;
};

/** Resolves with the last word: a result or an error. */
function converse(
  worker: WorkerProcess,
  task: Task,
  options: RunTaskOptions,
): Promise<TaskResult | PiKeepError> {
  const { signal } = options;
  return new Promise((resolve) => {
    const timers: NodeJS.Timeout[] = [];
    let isOver = false;
    /** Why we ended it, which counts more than what it says to that. */
    let verdict: PiKeepError | null = null;
    const end = (outcome: TaskResult | PiKeepError): void => {
      if (isOver) return;
      isOver = true;
      for (const timer of timers) clearTimeout(timer);
      watchdog.stop();
      signal?.removeEventListener('abort', cancel);
      giveBack(options);
      const linger = setTimeout(() => worker.kill(), LINGER_MS);
      // The living child keeps this process going; after it nothing should.
      linger.unref();
      const isFailure = outcome instanceof PiKeepError;
      resolve(isFailure ? watchdog.blameSleep(verdict ?? outcome) : outcome);
    };
    const kill = (): void => {
      worker.kill();
      const error = new PiKeepError('WORKER_DIED', { detail: 'it does not end when it is killed' });
      timers.push(setTimeout(() => end(error), KILL_MS));
    };
    const stop = (keep: boolean): void => {
      worker.post({ message: 'cancel', keep } satisfies ToWorker);
      timers.push(setTimeout(kill, GRACE_MS));
    };
    const cancel = (): void => stop(options.keepOnAbort?.() ?? false);
    const watchdog = new Watchdog({
      clock: options.clock ?? systemWatchClock,
      limits: options.stallLimits ?? stallLimits(),
      name: subjectOf(task),
      onStall: (stall) => options.onStall?.(stall),
      onStalled: (error) => {
        verdict = error;
        if (error.facts.who === 'worker') kill();
        else stop(true);
      },
    });
    worker.onExit((detail) => end(new PiKeepError('WORKER_DIED', { detail })));
    worker.onMessage((raw) => {
      if (isOver) return;
      const parsed = v.safeParse(fromWorkerSchema, raw);
      if (!parsed.success) {
        const detail = parsed.issues[0].message;
        worker.kill();
        return end(new PiKeepError('BAD_MESSAGE', { from: 'worker', detail }));
      }
      const last = hear(parsed.output, worker, options, watchdog);
      if (last) end(last);
    });
    signal?.addEventListener('abort', cancel, { once: true });
    worker.post({ message: 'start', task, tongue: currentTongue() } satisfies ToWorker);
  });
}

/** What a task works on, as its owner called it. */
function subjectOf(task: Task): string {
  if ('disk' in task) return task.disk;
  if ('target' in task) return task.target;
  return 'image' in task ? task.image : task.newer;
}

/** Deals with one message; returns the outcome if it was the last. */
function hear(
  message: FromWorker,
  worker: WorkerProcess,
  options: RunTaskOptions,
  watchdog: Watchdog,
): TaskResult | PiKeepError | null {
  switch (message.message) {
    case 'progress':
      // The device is open by then, and the right that opened it has done its work.
      if (message.progress.phase !== 'opening') giveBack(options);
      watchdog.progressed(message.progress.phase);
      options.onProgress?.(message.progress);
      return null;
    case 'plan':
      options.onPlan?.(message.plan);
      return null;
    case 'held':
      watchdog.excuse('held', message.held !== null);
      options.onHeld?.(message.held);
      return null;
    case 'alive':
      watchdog.alive(message);
      return null;
    case 'note':
      options.onNote?.(message.note);
      return null;
    case 'warning':
      options.onWarning?.(message);
      return null;
    case 'authorize':
      watchdog.excuse('dialog', true);
      void authorize(message, worker, options.authorizer).then(() =>
        watchdog.excuse('dialog', false),
      );
      return null;
    case 'done':
      return message.result;
    case 'failed':
      return errorFromMessage(message.error);
  }
}

/** A right lives no longer than the opening it was for; one that cannot be given back is worth a warning. */
function giveBack({ authorizer, onWarning }: RunTaskOptions): void {
  authorizer?.release?.().catch((error: unknown) => {
    onWarning?.({ code: 'RIGHT_NOT_RETURNED', text: asPiKeepError(error).message });
  });
}

/** The form goes to the worker and nowhere else. */
async function authorize(
  { right, prompt }: { right: string; prompt: string },
  worker: WorkerProcess,
  authorizer: Authorizer | null,
): Promise<void> {
  let answer: ToWorker;
  try {
    if (!authorizer) {
      throw new PiKeepError('DOOR_UNAVAILABLE', { door: 'authopen', detail: 'nobody to ask' });
    }
    const form = await authorizer.authorize(right, prompt);
    answer = { message: 'authorized', form: Buffer.from(form).toString('hex'), error: null };
  } catch (error) {
    const { code, facts } = asPiKeepError(error);
    answer = { message: 'authorized', form: null, error: { code, facts: { ...facts } } };
  }
  worker.post(answer);
}
