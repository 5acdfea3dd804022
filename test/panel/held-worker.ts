/** Workers that stand still at a moment of one's choice, as if the processor had gone elsewhere. Linux. */

import type { StartWorker } from '../../src/worker/run-task.ts';
import { startNodeWorker } from '../../src/worker/start-node-worker.ts';
import { processTree } from '../support/process-tree.ts';

export class HeldWorkers {
  /** The next worker stands still from its first moment. */
  holdsNext = false;

  readonly start: StartWorker = () => {
    const worker = startNodeWorker();
    if (this.holdsNext) this.hold();
    this.holdsNext = false;
    return worker;
  };

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
    for (const { pid, commandLine } of processTree(process.pid)) {
      if (commandLine.includes('/worker/entry.ts')) process.kill(pid, signal);
    }
  }
}
