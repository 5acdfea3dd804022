/** Runs backups in workers and reports to the desk what becomes of them. */

import { dirname } from 'node:path';
import { type Disk, weakIdentity } from '../engine/disk.ts';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { Authorizer, DoorName } from '../platform/ports.ts';
import type { Settings } from '../platform/settings.ts';
import type { RunTask, StartWorker } from '../worker/run-task.ts';
import type { BackupTask } from '../worker/tasks.ts';
import type { DeskInput } from './state.ts';
import { tilde } from './view.ts';

export interface JobRunnerOptions {
  readonly runTask: RunTask;
  readonly startWorker: StartWorker;
  readonly authorizer: Authorizer | null;
  readonly home: string;
  readonly slot: string | null;
  readonly allowDiskImage?: boolean;
  readonly door?: DoorName | null;
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #apply: (input: DeskInput) => void;
  readonly #running = new Map<string, { controller: AbortController; ended: Promise<void> }>();
  readonly #closing = new AbortController();

  constructor(options: JobRunnerOptions, apply: (input: DeskInput) => void) {
    this.#options = options;
    this.#apply = apply;
  }

  /** Resolves when the job has ended, whichever way; its outcome goes to the desk. */
  run(job: string, disk: Disk, forceUnmount: boolean, settings: Settings): Promise<void> {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#closing.signal]);
    const ended = this.#carryOut(job, this.#task(disk, forceUnmount, settings), signal);
    this.#running.set(job, { controller, ended });
    return ended.finally(() => this.#running.delete(job));
  }

  /** Asks a running job to stop; any other is left as it is. */
  cancel(job: string): void {
    this.#apply({ input: 'cancelling', job });
    this.#running.get(job)?.controller.abort();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  #task(disk: Disk, forceUnmount: boolean, settings: Settings): BackupTask {
    const { slot, allowDiskImage, door } = this.#options;
    const identity = weakIdentity(disk);
    return {
      task: 'backup',
      disk: disk.id,
      expected: { ...identity, partitions: [...identity.partitions] },
      source: {
        slot,
        allowDiskImage: allowDiskImage ?? false,
        allowOtherExternal: settings.showOtherExternal,
        neverTouch: settings.neverTouch.map(({ key }) => key),
        door: door ?? null,
      },
      destination: { kind: 'library', folder: settings.library },
      format: 'img',
      wholeCard: false,
      fullHash: false,
      verify: 'image',
      forceUnmount,
      ejectWhenDone: settings.ejectWhenDone,
    };
  }

  async #carryOut(job: string, task: BackupTask, signal: AbortSignal): Promise<void> {
    const { runTask, startWorker, authorizer, home } = this.#options;
    try {
      if (signal.aborted) throw new PiKeepError('INTERRUPTED', {});
      const result = await runTask(task, {
        startWorker,
        authorizer,
        signal,
        onPlan: (plan) => this.#apply({ input: 'planned', job, plan }),
        onProgress: (progress) => this.#apply({ input: 'progressed', job, progress }),
        onWarning: ({ text }) => this.#apply({ input: 'warned', job, text }),
      });
      const place = tilde(dirname(result.image), home);
      this.#apply({ input: 'finished', job, result, place });
    } catch (error) {
      this.#apply({ input: 'failed', job, error: asPiKeepError(error) });
    }
  }
}
