/** A clock that stands still until a test moves it; what is due then is done in order. */

export class SteppedClock {
  #now = 0;
  #asleep = 0;
  #due: { at: number; action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return 1_790_000_000_000 + this.#now + this.#asleep;
  }

  after(milliseconds: number, action: () => void): () => void {
    const one = { at: this.#now + milliseconds, action };
    this.#due.push(one);
    return () => {
      this.#due = this.#due.filter((other) => other !== one);
    };
  }

  /** Lets time pass in steps of a second, as it does while everybody is awake. */
  pass(seconds: number): void {
    for (let count = 0; count < seconds; count++) this.jump(1);
  }

  /** Lets time pass at once, as it does for a computer that sleeps. */
  jump(seconds: number): void {
    this.#now += seconds * 1000;
    const due = this.#due.filter(({ at }) => at <= this.#now);
    this.#due = this.#due.filter(({ at }) => at > this.#now);
    for (const { action } of due) action();
  }

  /** As on a system whose timers stand still meanwhile. */
  sleep(seconds: number): void {
    this.#asleep += seconds * 1000;
    this.jump(1);
  }

  /** How much is still to be done. */
  get waiting(): number {
    return this.#due.length;
  }
}
