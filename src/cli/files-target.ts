/** What commands about files share: which card or image is meant, and unpacking it first where that is needed. */

import { access } from 'node:fs/promises';
import { weakIdentity } from '../engine/disk.ts';
import { isPiKeepError, type PiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import { cacheFolder } from '../library/cache-folder.ts';
import type { ListFilesTask } from '../worker/tasks.ts';
import { askYesNo, canAsk } from './ask.ts';
import { findDisk, lookAtDisks, requireCard } from './cards.ts';
import { absolute, type Session } from './session.ts';

/** A disk by any of its names, else an image file. Throws NO_SUCH_DISK when it is neither. */
export async function targetOf(session: Session, name: string): Promise<string> {
  return (await seenTarget(session, name)).target;
}

/** The same with what a card looks like now, so that another one behind the same name is refused; null for an image. */
export async function seenTarget(session: Session, name: string): Promise<SeenTarget> {
  try {
    const seen = await findDisk(await lookAtDisks(session), name);
    requireCard(seen);
    const { partitions, ...identity } = weakIdentity(seen.disk);
    const { id, unproven = null } = seen.disk;
    return { target: id, unproven, expected: { ...identity, partitions: [...partitions] } };
  } catch (error) {
    if (!isPiKeepError(error, 'NO_SUCH_DISK')) throw error;
    const path = absolute(name, 'The image');
    // A device that is not among the disks (a partition, for instance) is nothing to open by this way.
    if (path.startsWith('/dev/') || !(await exists(path))) throw error;
    return { target: path, unproven: null, expected: null };
  }
}

export interface SeenTarget {
  readonly target: string;
  /** The image that a restore wrote to this card without proving it; null where there is none. */
  readonly unproven: string | null;
  readonly expected: NonNullable<ListFilesTask['expected']> | null;
}

export interface Unpacking {
  readonly unpack: boolean;
  readonly cacheFolder: string;
}

/** Does it, and once more where an image has to be unpacked first and the person at the terminal agrees to that. */
export async function unpackingIfAgreed<T>(
  session: Session,
  unpack: boolean,
  perform: (unpacking: Unpacking) => Promise<T>,
): Promise<T> {
  const folder = cacheFolder();
  for (let allowed = unpack; ; allowed = true) {
    try {
      return await perform({ unpack: allowed, cacheFolder: folder });
    } catch (error) {
      const isAsked = !allowed && isPiKeepError(error, 'NEEDS_UNPACKING') && canAsk(session);
      if (!isAsked || !(await agree(session, error))) throw error;
    }
  }
}

function agree(session: Session, { facts }: PiKeepError<'NEEDS_UNPACKING'>): Promise<boolean> {
  const size = formatBytes(facts.packedBytes);
  const question = `Files cannot be read from the middle of ${facts.path} (${size}). Unpack it once, to a file in your cache folder?`;
  return askYesNo(question, session.signal);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
