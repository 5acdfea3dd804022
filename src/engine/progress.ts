/** Rate and time left, from how far a job had come at which moment. The clock is passed in. */

export interface ProgressFigures {
  readonly bytes: number;
  readonly total: number;
  /** Over the last seconds; null until there is enough to tell. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** Milliseconds over which the rate is taken: long enough to be calm, short enough to notice a slow card. */
const WINDOW_MS = 5000;
/** No rate is told from less than this. */
const MIN_SPAN_MS = 500;
/** One sample in this time is enough. */
const SAMPLE_MS = 100;

export class ProgressMeter {
  readonly #total: number;
  /** Milliseconds of a clock that never goes backwards. */
  readonly #now: () => number;
  readonly #samples: { at: number; bytes: number }[];
  #bytes: number;

  /** `bytes` is what had been done before the clock was started. */
  constructor(total: number, now: () => number, bytes = 0) {
    this.#total = total;
    this.#now = now;
    this.#bytes = bytes;
    this.#samples = [{ at: now(), bytes }];
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const at = this.#now();
    const last = this.#samples.at(-1);
    if (last && at - last.at < SAMPLE_MS) return;
    this.#samples.push({ at, bytes: this.#bytes });
    while ((this.#samples[1]?.at ?? at) < at - WINDOW_MS) this.#samples.shift();
  }

  get figures(): ProgressFigures {
    const rate = this.#rate();
    const left = this.#total - this.#bytes;
    return {
      bytes: this.#bytes,
      total: this.#total,
      bytesPerSecond: rate,
      secondsLeft: rate === null || rate === 0 ? null : left / rate,
    };
  }

  #rate(): number | null {
    const first = this.#samples[0];
    const span = first ? this.#now() - first.at : 0;
    if (!first || span < MIN_SPAN_MS) return null;
    return ((this.#bytes - first.bytes) * 1000) / span;
  }
}
