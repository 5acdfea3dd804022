/** Whether Time Machine backs up the library: the user's choice, because backups of backups cost much room. */

import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { relative } from 'node:path';
import { PiKeepError } from '../engine/errors.ts';
import { makeLibraryFolder } from './library-folder.ts';
import type { TimeMachine } from './ports.ts';
import type { Settings } from './settings-schema.ts';

type Wish = Pick<Settings, 'library' | 'excludeFromTimeMachine'>;

/**
 * Makes the system do what `after` says. Throws TOOL_FAILED or TOOL_MISSING, and DESTINATION_MISSING or DESTINATION_NOT_WRITABLE
 * when the folder is not there and cannot be made, because only what is there can be excluded. Throws USAGE for the home folder
 * and what it lies in: with it everything else of the user would silently be without a backup.
 */
export async function followTimeMachine(
  timeMachine: TimeMachine | undefined,
  before: Wish,
  after: Wish,
  home: string = homedir(),
): Promise<void> {
  if (!timeMachine) return;
  const isMoved = before.library !== after.library;
  if (after.excludeFromTimeMachine && (isMoved || !before.excludeFromTimeMachine)) {
    await makeLibraryFolder(after.library);
    await requireOwnFolder(after.library, home);
    await timeMachine.exclude(after.library);
  }
  if (before.excludeFromTimeMachine && (isMoved || !after.excludeFromTimeMachine)) {
    const including = timeMachine.include(before.library);
    // A library that was left behind may be gone, and nobody waits for it.
    await (isMoved ? including.catch(() => undefined) : including);
  }
}

async function requireOwnFolder(library: string, home: string): Promise<void> {
  const [real, realHome] = await Promise.all([realpath(library), realpath(home)]);
  const way = relative(real, realHome);
  // The way from a folder that the home folder does not lie in begins by going up.
  if (way !== '..' && !way.startsWith('../')) {
    const detail = `${library} holds more than backups: Time Machine would leave out all of your files.`;
    throw new PiKeepError('USAGE', { detail });
  }
}
