/** Runs one program with fixed arguments: no shell, a time limit, a limit on its output. */

import { execFile } from 'node:child_process';
import { errnoOf, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; the program is killed after it. */
  readonly timeoutMs?: number;
  /** Replaces the environment entirely when given. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export interface RunResult {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Resolves for every exit status: what a status means is the caller's business. Throws TOOL_MISSING when the program
 * does not exist, TOOL_FAILED when it ran into the time or output limit, INTERRUPTED on abort.
 */
export function run(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  throwIfInterrupted(options.signal);
  const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    execFile(
      file,
      [...args],
      {
        timeout,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        encoding: 'utf8',
        ...(options.signal ? { signal: options.signal } : {}),
        ...(options.env ? { env: options.env } : {}),
        ...(options.cwd ? { cwd: options.cwd } : {}),
      },
      (error, stdout, stderr) => {
        if (!error) return resolve({ status: 0, stdout, stderr });
        if (options.signal?.aborted) {
          return reject(new PiKeepError('INTERRUPTED', {}, { cause: error }));
        }
        if (typeof error.code === 'number') return resolve({ status: error.code, stdout, stderr });
        const errno = errnoOf(error);
        if (errno === 'ENOENT') {
          return reject(new PiKeepError('TOOL_MISSING', { tool: file }, { cause: error }));
        }
        if (errno !== null) {
          return reject(
            new PiKeepError('TOOL_FAILED', { tool: file, detail: errno }, { cause: error }),
          );
        }
        if (error.killed) {
          const detail = `no answer after ${timeout} ms`;
          return reject(new PiKeepError('TOOL_FAILED', { tool: file, detail }, { cause: error }));
        }
        resolve({ status: null, stdout, stderr });
      },
    );
  });
}
