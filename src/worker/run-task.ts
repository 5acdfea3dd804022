/** The owner's side of a worker: start one, hand it a task, hear its progress, get its result. */

import type { Authorizer } from '../platform/ports.ts';
import type { Progress, Task, TaskResult } from './protocol.ts';

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
  readonly onWarning?: (warning: { code: string; text: string }) => void;
}

export interface RunTaskOptions extends TaskListeners {
  readonly startWorker: StartWorker;
  readonly authorizer: Authorizer | null;
  /** Aborting asks the worker to stop and clean up; one that has not stopped after a grace time is killed. */
  readonly signal?: AbortSignal;
}

/**
 * Runs one task in a fresh worker and resolves with its result. Throws what the worker failed with; WORKER_DIED when it
 * ended without a last word; BAD_MESSAGE when it said something that is not of the protocol; INTERRUPTED on abort.
 */
export type RunTask = <T extends Task>(
  task: T,
  options: RunTaskOptions,
) => Promise<Extract<TaskResult, { task: T['task'] }>>;
