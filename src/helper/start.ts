/** How the helper program gets started with root's rights: one way for each system, behind one type. */

import { type ChildProcess, spawn } from 'node:child_process';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import { errorOf, FAILURE_MARK, failureSchema, parseJson } from './protocol.ts';

export interface StartRequest {
  /** The single executable; checked by `program.ts`. */
  readonly program: string;
  readonly requestPath: string;
  /** Private to this request, and gone after it. */
  readonly folder: string;
  /** Words for the password dialog. */
  readonly prompt: string;
}

export interface StartedHelper {
  /** Resolves when the helper (or the attempt to start it) has ended, with what that means if nothing was heard from it. */
  readonly ended: Promise<PiKeepError>;
  /** Ends the attempt, as far as the system lets an ordinary user do that. */
  stop(): void;
}

export type StartHelper = (request: StartRequest) => StartedHelper;

/** All the environment any starter gives away. */
export const SAFE_ENVIRONMENT = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' } as const;

const MAX_STDERR_BYTES = 65_536;
const MAX_WORDS = 300;

/** For a process that is root already: no dialog, no shell. */
export function startAsRoot({ program, requestPath }: StartRequest): StartedHelper {
  return watch(
    spawn(program, ['helper', requestPath], {
      cwd: '/',
      env: SAFE_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
    (ending) => endingOfHelper(ending),
  );
}

export interface Ending {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly stderr: string;
}

export function watch(
  child: ChildProcess,
  explain: (ending: Ending) => PiKeepError,
): StartedHelper {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR_BYTES);
  });
  const ended = new Promise<PiKeepError>((resolve) => {
    // Not `once`: failing to end a process of root's is an 'error' too, and must not become an uncaught one.
    child.on('error', (error) => {
      const detail = `the helper could not be started: ${error.message}`;
      resolve(new PiKeepError('HELPER_FAILED', { detail }, { cause: error }));
    });
    child.once('close', (status) => resolve(explain({ status, stderr })));
  });
  return { ended, stop: () => void child.kill() };
}

/** What a helper that ended by itself meant: its own words where it left some. */
export function endingOfHelper({ status, stderr }: Ending): PiKeepError {
  return failureToldIn(stderr) ?? silentEnding({ status, stderr });
}

/** The failure a helper printed, or null when it printed none. */
export function failureToldIn(stderr: string): PiKeepError | null {
  const line = stderr.split('\n').findLast((one) => one.startsWith(FAILURE_MARK));
  if (line === undefined) return null;
  try {
    const json = new TextEncoder().encode(line.slice(FAILURE_MARK.length));
    return errorOf(parseJson(failureSchema, json, 'helper'));
  } catch (error) {
    return asPiKeepError(error);
  }
}

function silentEnding({ status, stderr }: Ending): PiKeepError {
  const how = status === null ? 'it was ended by a signal' : `it ended with status ${status}`;
  const words = lastWords(stderr);
  return new PiKeepError('HELPER_FAILED', { detail: words === '' ? how : `${how}: ${words}` });
}

/** The first line of some program's complaint, short enough to show. */
export function firstWords(stderr: string): string {
  return (stderr.trim().split('\n')[0] ?? '').slice(0, MAX_WORDS);
}

/** The last line of some program's complaint, short enough to show. */
export function lastWords(stderr: string): string {
  return (stderr.trim().split('\n').at(-1) ?? '').slice(0, MAX_WORDS);
}
