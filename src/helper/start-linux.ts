/**
 * Root through `sudo-prompt`, which runs `pkexec`, which asks polkit. sudo-prompt hands its command to a shell that runs as
 * root, so nothing but two paths that mean nothing to a shell goes into it.
 */

import { exec } from 'sudo-prompt';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { PLAIN_PATH } from './request-folder.ts';
import {
  type Ending,
  endingOfHelper,
  failureToldIn,
  firstWords,
  type StartedHelper,
  type StartRequest,
} from './start.ts';

/** `man pkexec`, RETURN VALUE: the dialog was dismissed. */
const PKEXEC_DISMISSED = 126;
/** `man pkexec`, RETURN VALUE: not authorized, or no authorization could be had. */
const PKEXEC_REFUSED = 127;

/** Throws DOOR_UNAVAILABLE when the program lies where its path could mean something to a shell. */
export function startByPkexec({ program, requestPath }: StartRequest): StartedHelper {
  for (const path of [program, requestPath]) {
    if (!PLAIN_PATH.test(path)) {
      const detail = `${path} contains characters that must not reach a root shell`;
      throw new PiKeepError('DOOR_UNAVAILABLE', { door: 'helper', detail });
    }
  }
  // sudo-prompt makes a shell change to the working directory by its unescaped name, and reads that name a little later;
  // so this (worker) process, all of whose paths are absolute, moves for good to a folder whose name is harmless.
  if (process.cwd() !== '/') process.chdir('/');
  const ended = new Promise<PiKeepError>((resolve) => {
    exec(`'${program}' helper '${requestPath}'`, { name: 'PiKeep' }, (error, _stdout, stderr) => {
      resolve(explain(error ?? null, { status: statusOf(error), stderr: String(stderr ?? '') }));
    });
  });
  // There is no handle to the dialog. Removing the request makes a late "yes" useless: the helper finds nothing to do.
  return { ended, stop: () => undefined };
}

function statusOf(error: Error | undefined): number | null {
  if (!error) return 0;
  return 'code' in error && typeof error.code === 'number' ? error.code : null;
}

function explain(error: Error | null, ending: Ending): PiKeepError {
  const door = 'helper';
  const told = failureToldIn(ending.stderr);
  if (told) return told;
  // pkexec names the reason first ("Not authorized", "No authentication agent found"), then talks of incidents.
  const detail = firstWords(ending.stderr);
  if (ending.status === PKEXEC_DISMISSED) return new PiKeepError('DIALOG_CANCELLED', { door });
  if (ending.status === PKEXEC_REFUSED) {
    return new PiKeepError('NOT_AUTHORIZED', { door, detail }, { cause: error });
  }
  if (error && ending.status === null && errnoOf(error) === null) {
    // Neither pkexec nor kdesudo is installed: sudo-prompt starts nothing then.
    return new PiKeepError('DOOR_UNAVAILABLE', { door, detail: error.message }, { cause: error });
  }
  return endingOfHelper(ending);
}
