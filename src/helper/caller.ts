/** Who asked for the helper, and how to do something with no more than that person's rights. */

import { PiKeepError } from '../engine/errors.ts';

/** A group nobody gains anything by. */
const NOBODY_GROUP = 65_534;

/**
 * The user id of whoever started the helper: what pkexec (PKEXEC_UID) or sudo (SUDO_UID) says, else the process's own.
 * On macOS the variable is restated by the caller, because `env -i` wipes sudo's; it is no more than a claim there, and
 * counts only because the request file, its folder and the socket must all belong to the same user. Throws BAD_MESSAGE.
 */
export function callerUid(env: NodeJS.ProcessEnv): number {
  const said = env['PKEXEC_UID'] ?? env['SUDO_UID'];
  if (said === undefined) return process.getuid?.() ?? -1;
  if (!/^\d{1,10}$/.test(said)) {
    throw new PiKeepError('BAD_MESSAGE', { from: 'environment', detail: 'a user id was expected' });
  }
  return Number(said);
}

/**
 * Does something with the caller's rights, so that root never follows a path the caller controls: whatever link is put
 * there in between, it reaches only what the caller could have reached without us.
 */
export async function asCaller<T>(uid: number, work: () => Promise<T> | T): Promise<T> {
  if (process.geteuid?.() !== 0 || uid === 0) return await work();
  process.setgroups?.([]);
  process.setegid?.(NOBODY_GROUP);
  process.seteuid?.(uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
