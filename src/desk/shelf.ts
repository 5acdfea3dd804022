/** Keeps what the desk knows of the library up to date: backups, and the rests of those that did not finish. */

import { findBackups } from '../library/backups.ts';
import { findLeftovers } from '../library/leftovers.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { DeskInput } from './state.ts';

export interface ShelfOptions {
  /** The folder of images, now. */
  readonly library: () => string;
  readonly apply: (input: DeskInput) => void;
}

export class Shelf {
  /** Resolves when a look that began after the call has been told to the desk. Never rejects. */
  readonly look: () => Promise<void>;

  constructor({ library, apply }: ShelfOptions) {
    this.look = oneAtATime(async () => {
      const folder = library();
      const [leftovers, backups] = await Promise.all([
        orNone(findLeftovers(folder)),
        orNone(findBackups(folder)),
      ]);
      apply({ input: 'leftovers', leftovers });
      apply({ input: 'backups', backups });
    });
  }
}

/** A library that cannot be read has nothing to offer here; a backup into it says what is wrong. */
async function orNone<T>(looking: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await looking;
  } catch {
    return [];
  }
}
