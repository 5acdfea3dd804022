/** Workers that stand still at a moment of one's choice, as if the processor had gone elsewhere. */

import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Progress } from '../../src/worker/progress.ts';
import {
  type RunTask,
  type RunTaskOptions,
  runTask,
  type StartWorker,
} from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';

export class HeldWorkers {
  /** The next worker stands still from its first moment. */
  holdsNext = false;
  #onProgress: ((progress: Progress) => void) | null = null;
  readonly #change: Partial<RunTaskOptions>;
  readonly #processes: ChildProcess[] = [];

  /** `change`: what tasks are run with besides. */
  constructor(change: Partial<RunTaskOptions> = {}) {
    this.#change = change;
  }

  readonly start: StartWorker = () => {
    const note = (message: unknown): void => {
      this.#processes.push((message as { process: ChildProcess }).process);
    };
    // What steers a worker does not say which process it is.
    subscribe('child_process', note);
    const worker = startNodeWorker();
    unsubscribe('child_process', note);
    if (this.holdsNext) this.#signal('SIGSTOP');
    this.holdsNext = false;
    return worker;
  };

  readonly run: RunTask = (task, options) =>
    runTask(task, {
      ...options,
      ...this.#change,
      onProgress: (progress) => {
        this.#onProgress?.(progress);
        options.onProgress?.(progress);
      },
    });

  /** Lets everything go on until the next time that this is going on, and `least` bytes of it are done; there it is held. */
  async holdAtProgress(wanted: Progress['phase'] = 'copying', least = 1): Promise<void> {
    const held = this.#atProgress(wanted, least, () => this.#signal('SIGSTOP'));
    this.goOn();
    await held;
  }

  #atProgress(wanted: Progress['phase'], least: number, act: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#onProgress = ({ phase, bytes }) => {
        if (phase !== wanted || bytes < least) return;
        // At once, before anything else is done: a copy of holes is quick.
        act();
        this.#onProgress = null;
        resolve();
      };
    });
  }

  /** As if nothing had been wanted of them. */
  letGo(): void {
    this.holdsNext = false;
    this.#onProgress = null;
    this.goOn();
  }

  /** Holds them where they are. */
  hold(): void {
    this.#signal('SIGSTOP');
  }

  goOn(): void {
    this.#signal('SIGCONT');
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    for (const child of this.#processes) child.kill(signal);
  }
}
