/** How long, and how often, a backup tries to read what a dying card does not give at once. */

import { PiKeepError } from './errors.ts';

/** The world of a rescue: a clock, and patience. */
export interface RescuePorts {
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or as soon as the signal fires. */
  readonly pause: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface RescueLimits {
  /** Milliseconds of trying in which nothing more could be read. */
  readonly idleMs: number;
  /** Milliseconds of trying altogether. */
  readonly totalMs: number;
  /** Reads, those that work included; what is remembered of each bounds the memory of a rescue. */
  readonly tries: number;
}

/** Trying ends after this many times the minutes without any progress, however little by little it goes on. */
const TOTAL_PER_IDLE = 8;
/** About 40 MB of notes. A read that fails takes a card 10 milliseconds to 30 seconds, so time ends a rescue before this. */
const MAX_TRIES = 250_000;

export function rescueLimits(minutes: number): RescueLimits {
  const idleMs = minutes * 60_000;
  return { idleMs, totalMs: TOTAL_PER_IDLE * idleMs, tries: MAX_TRIES };
}

/** What is left of the limits. Only the time that tries and pauses take counts. */
export class RescueBudget {
  readonly #limits: RescueLimits;
  readonly #ports: RescuePorts;
  #idleMs = 0;
  #totalMs = 0;
  #tries = 0;

  constructor(limits: RescueLimits, ports: RescuePorts) {
    if (!(limits.idleMs > 0)) {
      throw new PiKeepError('INTERNAL', { detail: 'a rescue without any time' });
    }
    this.#limits = limits;
    this.#ports = ports;
  }

  /** True: nothing more is tried. */
  get isSpent(): boolean {
    const { idleMs, totalMs, tries } = this.#limits;
    return this.#idleMs >= idleMs || this.#totalMs >= totalMs || this.#tries >= tries;
  }

  /** Milliseconds that trying took so far. */
  get spentMs(): number {
    return this.#totalMs;
  }

  /** Does something that counts as one try. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    const started = this.#ports.now();
    this.#tries++;
    try {
      return await work();
    } finally {
      const took = this.#ports.now() - started;
      this.#idleMs += took;
      this.#totalMs += took;
    }
  }

  /** Something was read that could not be read before. */
  gained(): void {
    this.#idleMs = 0;
  }

  /** Waits, and counts it. */
  async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await this.attempt(() => this.#ports.pause(ms, signal));
  }
}
