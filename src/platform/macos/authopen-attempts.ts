/** What reading and writing through `authopen` share: privacy before password, one right for one opening, patience. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Disk } from '../../engine/disk.ts';
import { errnoOf, isPiKeepError, PiKeepError } from '../../engine/errors.ts';
import { openError } from '../device-errors.ts';
import type { OpenRequest } from '../ports.ts';
import { pause } from './pause.ts';

/** Times in milliseconds. */
export interface Patience {
  /** How long to go on asking for the card alone. */
  readonly retry: number;
  readonly pause: number;
}

/**
 * The plain open before any dialog tells macOS's privacy refusal (EPERM) from the ordinary one (EACCES), so that nobody
 * types a password in vain. Throws PRIVACY_REFUSED, or DEVICE_GONE for a card that has left since it was listed.
 */
export async function checkPrivacy(disk: Disk): Promise<void> {
  try {
    const handle = await open(disk.rawPath, constants.O_RDONLY | constants.O_NONBLOCK);
    await handle.close();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EACCES' || errno === 'EBUSY') return;
    if (errno === 'ENOENT') {
      throw new PiKeepError('DEVICE_GONE', { path: disk.rawPath }, { cause: error });
    }
    throw openError(error, disk.rawPath);
  }
}

/**
 * Asks for `right` ("sys.openfile.readonly./dev/rdisk4"), does `work` with its external form, and gives it back whatever
 * happens. Without an authorizer the form is null, and authopen asks by itself.
 */
export async function withRight<T>(
  { authorizer, prompt, onWarning }: OpenRequest,
  right: string,
  work: (form: Uint8Array | null) => Promise<T>,
): Promise<T> {
  const form = authorizer ? await authorizer.authorize(right, prompt) : null;
  try {
    return await work(form);
  } finally {
    // A right that could not be given back ends with this process; that is no reason to end the work.
    await authorizer?.release?.().catch((error: unknown) =>
      onWarning?.({
        code: 'RIGHT_NOT_RETURNED',
        text: `The right to open the card was not given back: ${error}`,
      }),
    );
  }
}

/** Tries `attempt` until the card is not busy any more; after `patience.retry` DEVICE_BUSY is thrown as it came. */
export async function untilFree<T>(
  patience: Patience,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patience.retry;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPiKeepError(error, 'DEVICE_BUSY')) throw error;
      if (performance.now() + patience.pause > deadline) throw error;
    }
    await pause(patience.pause, signal);
  }
}
