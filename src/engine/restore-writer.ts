/** Keeps a few writes of a card in flight, and gives their memory back when they have ended. */

import type { WritableDevice } from './writable-device.ts';

/** The card writes one while the next is on its way to it; more would only hold memory. */
const WRITES_IN_FLIGHT = 2;

export class RestoreWriter {
  readonly #target: WritableDevice;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | null = null;

  constructor(target: WritableDevice) {
    this.#target = target;
  }

  /**
   * Starts a write as soon as there is room for one more; resolves when it was started. `data` belongs to the writer until
   * `onEnd` is called, which happens exactly once, also when the write fails. Throws what an earlier write failed with.
   */
  async add(offset: number, data: Uint8Array, onEnd: () => void = () => undefined): Promise<void> {
    while (this.#running.size >= WRITES_IN_FLIGHT && !this.#failure) {
      await Promise.race(this.#running);
    }
    if (this.#failure) {
      onEnd();
      throw this.#failure.error;
    }
    const running = this.#target
      .write(data, offset)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running.delete(running);
        onEnd();
      });
    this.#running.add(running);
  }

  /** Waits until nothing is in flight, whatever becomes of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Waits likewise, and throws what a write failed with. */
  async drain(): Promise<void> {
    await this.settle();
    if (this.#failure) throw this.#failure.error;
  }
}
