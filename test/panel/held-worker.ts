/** Workers that stand still at a moment of one's choice, as if the processor had gone elsewhere. Linux. */

import { type RunTask, runTask, type StartWorker } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { processTree } from '../support/process-tree.ts';

export class HeldWorkers {
  /** The next worker stands still from its first moment. */
  holdsNext = false;
  #onProgress: (() => void) | null = null;

  readonly start: StartWorker = () => {
    const worker = startNodeWorker();
    if (this.holdsNext) this.#signal('SIGSTOP');
    this.holdsNext = false;
    return worker;
  };

  readonly run: RunTask = (task, options) =>
    runTask(task, {
      ...options,
      onProgress: (progress) => {
        if (progress.phase === 'copying' && progress.bytes > 0) this.#onProgress?.();
        options.onProgress?.(progress);
      },
    });

  /** Lets everything go on until the next time that a copy says how far it is; there it is held. */
  async holdAtProgress(): Promise<void> {
    const held = new Promise<void>((resolve) => {
      this.#onProgress = () => {
        // At once, before anything else is done: a copy of holes is quick.
        this.#signal('SIGSTOP');
        this.#onProgress = null;
        resolve();
      };
    });
    this.goOn();
    await held;
  }

  goOn(): void {
    this.#signal('SIGCONT');
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    for (const { pid, commandLine } of processTree(process.pid)) {
      if (commandLine.includes('/worker/entry.ts')) process.kill(pid, signal);
    }
  }
}
