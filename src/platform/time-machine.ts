/** Whether Time Machine backs up the library: the user's choice, because backups of backups cost much room. */

import { mkdir } from 'node:fs/promises';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { TimeMachine } from './ports.ts';
import type { Settings } from './settings-schema.ts';

type Wish = Pick<Settings, 'library' | 'excludeFromTimeMachine'>;

/**
 * Makes the system do what `after` says. Throws TOOL_FAILED or TOOL_MISSING, and DESTINATION_NOT_WRITABLE when the folder is not
 * there and cannot be made, because only what is there can be excluded.
 */
export async function followTimeMachine(
  timeMachine: TimeMachine | undefined,
  before: Wish,
  after: Wish,
): Promise<void> {
  if (!timeMachine) return;
  const isMoved = before.library !== after.library;
  if (after.excludeFromTimeMachine && (isMoved || !before.excludeFromTimeMachine)) {
    await makeFolder(after.library);
    await timeMachine.exclude(after.library);
  }
  if (before.excludeFromTimeMachine && (isMoved || !after.excludeFromTimeMachine)) {
    const including = timeMachine.include(before.library);
    // A library that was left behind may be gone, and nobody waits for it.
    await (isMoved ? including.catch(() => undefined) : including);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const errno = errnoOf(error) ?? String(error);
    throw new PiKeepError('DESTINATION_NOT_WRITABLE', { path, errno }, { cause: error });
  }
}
