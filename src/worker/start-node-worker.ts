/** Starts a worker under plain Node: forked from its source, or the single executable again with the verb "worker". */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { english } from '../language/english.ts';
import { isSingleExecutable } from '../platform/single-executable.ts';
import type { StartWorker, WorkerProcess } from './run-task.ts';

/** Reads, writes and read-backs in flight together; libuv's own four threads would make them wait for each other. */
export const WORKER_THREADS = '16';

export const startNodeWorker: StartWorker = () => {
  const args = isSingleExecutable()
    ? ['worker']
    : [fileURLToPath(new URL('./entry.ts', import.meta.url))];
  const child = spawn(process.execPath, args, {
    // Standard output belongs to the command; what the worker prints by accident goes to standard error.
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
    // Every path in a task is absolute, and the folder of a terminal may be on the very card to be ejected.
    cwd: '/',
    env: { ...process.env, UV_THREADPOOL_SIZE: WORKER_THREADS },
  });
  return asWorkerProcess(child);
};

function asWorkerProcess(child: ChildProcess): WorkerProcess {
  return {
    // A worker that has gone says so through `exit`; a message to it then has nobody to read it.
    post: (message) => child.connected && child.send(message as object, () => undefined),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => {
      let ended = false;
      const end = (detail: string): void => {
        if (!ended) listener(detail);
        ended = true;
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (status, signal) =>
        end(signal ? english`signal ${signal}` : english`status ${String(status)}`),
      );
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
