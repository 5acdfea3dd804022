/** Counts what the task's devices and files have done, and knows which of them it waits for. */

/** What a read or write goes to: the card in its reader, or an image (or another file) on one of the computer's disks. */
export interface Place {
  readonly kind: 'card' | 'file';
  /** Its reader's name, else that of the device; of a file its path. */
  readonly name: string;
}

export class WorkCounter {
  #ended = 0;
  /** In the order in which they began. */
  readonly #open = new Set<{ readonly place: Place }>();

  /** How many reads and writes have ended, well or not. */
  get ended(): number {
    return this.#ended;
  }

  /** Where the oldest read or write goes that has not ended; null while there is none. */
  get waitsFor(): Place | null {
    for (const { place } of this.#open) return place;
    return null;
  }

  /** Does `action` as a read or write that is counted. */
  async count<T>(place: Place, action: () => Promise<T>): Promise<T> {
    const one = { place };
    this.#open.add(one);
    try {
      return await action();
    } finally {
      this.#open.delete(one);
      this.#ended++;
    }
  }
}
