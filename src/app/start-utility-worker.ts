/** Workers as Electron utility processes: they need no RunAsNode fuse and inherit the app's standing with macOS. */

import { utilityProcess } from 'electron';
import { english } from '../language/english.ts';
import type { StartWorker } from '../worker/run-task.ts';

/** Threads for reads in flight and hashing; Node's own default is 4. */
const THREADS = '8';
/** Milliseconds between asking a worker to end and ending it. */
const GRACE_MS = 1000;

/** `entry` is the built worker. Only to be called once the app is ready. */
export function createStartUtilityWorker(entry: string): StartWorker {
  return () => {
    const child = utilityProcess.fork(entry, [], {
      env: workerEnvironment(process.env),
      serviceName: 'PiKeep worker',
      stdio: 'inherit',
    });
    let gone = false;
    child.on('exit', () => {
      gone = true;
    });
    return {
      post: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.on('exit', (code) => listener(english`exit code ${code}`)),
      kill() {
        if (gone) return;
        const { pid } = child;
        // kill() only asks (SIGTERM, electron.d.ts); a worker stuck in a read has to be made to go.
        child.kill();
        setTimeout(() => {
          if (!gone && pid !== undefined) endNow(pid);
        }, GRACE_MS).unref();
      },
    };
  };
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went in the same moment.
  }
}

function workerEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'NODE_OPTIONS',
  );
  return { ...Object.fromEntries(entries), UV_THREADPOOL_SIZE: THREADS };
}
