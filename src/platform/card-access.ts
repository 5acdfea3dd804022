/** Whether a card would open, without waking a dialog of ours. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from '../engine/errors.ts';
import { authopenState, directState, mayRead } from './door-states.ts';
import type { AccessLook, CardAccess, Platform } from './ports.ts';

/** `authopen` is where macOS keeps its own tool. Of doors it knows those that need nothing from outside the platform. */
export function createCardAccess(
  system: Platform['name'],
  authopen = '/usr/libexec/authopen',
): CardAccess {
  return {
    doors: async (cards) => [await directState(cards), await authopenState(system, authopen)],
    glance: async ({ rawPath }) => ((await mayRead(rawPath)) ? 'open' : 'closed'),
    look: ({ rawPath }) => lookAt(rawPath),
  };
}

/**
 * A plain open for reading, closed at once. EPERM and EACCES tell macOS's privacy control from ordinary rights; on Linux an
 * exclusive open of a block device says whether something holds it (open(2), O_EXCL without O_CREAT).
 */
async function lookAt(path: string): Promise<AccessLook> {
  const alone = process.platform === 'linux' ? constants.O_EXCL : 0;
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | alone;
  try {
    const handle = await open(path, flags);
    await handle.close();
    return 'open';
  } catch (error) {
    return meaning(errnoOf(error));
  }
}

function meaning(errno: string | null): AccessLook {
  switch (errno) {
    case 'EACCES':
      return 'closed';
    case 'EPERM':
      return 'private';
    case 'EBUSY':
      return 'busy';
    case 'ENOENT':
    case 'ENXIO':
    case 'ENODEV':
    case 'ENOMEDIUM':
      return 'gone';
    default:
      return 'unknown';
  }
}
