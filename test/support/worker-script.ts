/** A worker process that runs a script of the test's own instead of the worker's program. */

import { spawn } from 'node:child_process';
import type { WorkerProcess } from '../../src/worker/run-task.ts';

export function workerOf(script: string): WorkerProcess {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 2, 2, 'ipc'] });
  return {
    post: (message) => child.connected && child.send(message as object, () => undefined),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) =>
      child.once('exit', (status, signal) =>
        listener(signal ? `signal ${signal}` : `status ${status}`),
      ),
    kill: () => void child.kill('SIGKILL'),
  };
}
