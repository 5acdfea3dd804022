/** So many at once, and no more. */

export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs `work` as soon as it is its turn, in the order of asking. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

/**
 * Does something with each piece of at most `pieceBytes`, and settles when all of them have, because `memory` belongs to
 * them until then. Rejects with the error of the first piece, in order, that failed.
 */
export async function inPieces(
  memory: Uint8Array,
  pieceBytes: number,
  work: (piece: Uint8Array, at: number) => Promise<void>,
): Promise<void> {
  const pieces: Promise<void>[] = [];
  for (let at = 0; at < memory.byteLength; at += pieceBytes) {
    pieces.push(work(memory.subarray(at, at + pieceBytes), at));
  }
  const failed = (await Promise.allSettled(pieces)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
