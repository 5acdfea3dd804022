/** Which disks hold the library. A server that is gone must not keep anybody from seeing their cards. */

import { dirname } from 'node:path';
import { errnoOf, isPiKeepError } from '../engine/errors.ts';
import { NoAnswer, patiently } from '../library/patience.ts';
import type { Volumes } from '../platform/ports.ts';

const PATIENCE_MS = 3000;

export class LibraryDisks {
  readonly #volumes: Volumes;
  #known: { readonly library: string; readonly disks: readonly string[] } | null = null;
  /** A question that has not been answered: each occupies one of the few threads that ask, so there is never a second one. */
  #asked: { readonly library: string; readonly answer: Promise<readonly string[]> } | null = null;

  constructor(volumes: Volumes) {
    this.#volumes = volumes;
  }

  /**
   * Ids of the disks below `library`, or what they were when its volume last answered; none where it never did. Whoever writes
   * there asks again, and refuses by what is so then. Throws TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
   */
  async of(library: string, signal: AbortSignal): Promise<readonly string[]> {
    const last = this.#known?.library === library ? this.#known.disks : [];
    if (this.#asked) return last;
    const answer = disksBelow(this.#volumes, library);
    const asked = { library, answer };
    this.#asked = asked;
    const isOver = (): void => {
      if (this.#asked === asked) this.#asked = null;
    };
    answer.then(isOver, isOver);
    try {
      const disks = await patiently(() => answer, { patienceMs: PATIENCE_MS, signal });
      this.#known = { library, disks };
      return disks;
    } catch (error) {
      if (!isAway(error)) throw error;
      return last;
    }
  }
}

/** The volume does not answer, or says that it cannot. */
function isAway(error: unknown): boolean {
  if (isPiKeepError(error)) return error.code === 'DESTINATION_FAILED';
  return error instanceof NoAnswer || errnoOf(error) !== null;
}

/** Ids of the disks that hold `path`, or would once it is made. */
async function disksBelow(volumes: Volumes, path: string): Promise<readonly string[]> {
  try {
    return (await volumes.volumeOf(path)).disks;
  } catch (error) {
    const parent = dirname(path);
    if (parent === path || !isPiKeepError(error, 'DESTINATION_MISSING')) throw error;
    return disksBelow(volumes, parent);
  }
}
