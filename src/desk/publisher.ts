/** Hands snapshots to whoever listens: at once when something happened, at most ten times a second for mere progress. */

import type { Clock } from './clock.ts';

const SHORTEST_PAUSE_MS = 100;

export class Publisher<T> {
  readonly #clock: Clock;
  readonly #make: () => T;
  readonly #listeners = new Set<(value: T) => void>();
  #publishedAt = Number.NEGATIVE_INFINITY;
  #callOff: (() => void) | null = null;

  constructor(clock: Clock, make: () => T) {
    this.#clock = clock;
    this.#make = make;
  }

  subscribe(listener: (value: T) => void): () => void {
    // Wrapped, so that one function subscribed twice gets two calls and two unsubscribes.
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  now(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#publishedAt = this.#clock.now();
    const value = this.#make();
    for (const listener of [...this.#listeners]) listener(value);
  }

  soon(): void {
    if (this.#callOff) return;
    const wait = this.#publishedAt + SHORTEST_PAUSE_MS - this.#clock.now();
    if (wait <= 0) this.now();
    else this.#callOff = this.#clock.after(wait, () => this.now());
  }

  close(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#listeners.clear();
  }
}
