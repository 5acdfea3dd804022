/** Decides, while a restore runs, whether comparing with the card before writing saves time. */

/** Share of samples that have to be right before comparing is begun at all. */
export const WORTH_COMPARING = 0.3;
/** What comparing may cost altogether without having saved it, as a share of the time that writing everything takes. */
const MAX_LOSS = 0.06;
/** The same while it does not seem to pay: looking now and then whether the card became right again. */
const MAX_SEARCH = 0.03;
/** How much the newest window counts against all before it. */
const NEWEST = 0.5;

/**
 * Comparing a byte costs what reading it takes, and saves what writing it takes if it is right. All three figures are measured
 * as the restore goes. What has been lost so far is bounded, so a differential restore is never slower than a full one by more
 * than a tenth, whatever the card and wherever on it the right ranges lie.
 */
export class DifferentialPays {
  readonly #totalBytes: number;
  /** Milliseconds spent on comparing, samples included, and bytes compared. */
  #compareMs: number;
  #comparedMs = 0;
  #comparedBytes = 0;
  #writeMs = 0;
  #writtenBytes = 0;
  #foundBytes = 0;
  /** Share that was right lately. */
  #right: number;

  /** `right` is the share of the samples that were right, `spentMs` what taking them took. */
  constructor(facts: { totalBytes: number; right: number; spentMs: number }) {
    this.#totalBytes = facts.totalBytes;
    this.#right = facts.right;
    this.#compareMs = facts.spentMs;
  }

  /** Whether the next window of `bytes` bytes should be compared. */
  shouldCompare(bytes: number): boolean {
    // What writing costs has to be known first: a card may take longer to read than to write.
    if (this.#writtenBytes === 0) return false;
    if (this.#comparedBytes === 0) return this.#right >= WORTH_COMPARING;
    const compare = this.#comparedMs / this.#comparedBytes;
    const write = this.#writeMs / this.#writtenBytes;
    const lost = this.#compareMs + bytes * compare - this.#foundBytes * write;
    if (this.#right * write > compare) return lost <= MAX_LOSS * write * this.#totalBytes;
    return lost <= MAX_SEARCH * write * (this.#writtenBytes + this.#foundBytes);
  }

  /** A window was compared: `found` of its bytes were right. */
  compared(step: { bytes: number; found: number; milliseconds: number }): void {
    this.#compareMs += step.milliseconds;
    this.#comparedMs += step.milliseconds;
    this.#comparedBytes += step.bytes;
    this.#foundBytes += step.found;
    const right = step.bytes === 0 ? this.#right : step.found / step.bytes;
    this.#right += NEWEST * (right - this.#right);
  }

  wrote(step: { bytes: number; milliseconds: number }): void {
    this.#writtenBytes += step.bytes;
    this.#writeMs += step.milliseconds;
  }
}
