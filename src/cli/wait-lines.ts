/** Says on the printer that the work waits, what for, and when it goes on; not over and over. */

import { fullDiskWords } from '../engine/words/held.ts';
import { stallingWords } from '../engine/words/stall.ts';
import type { Held } from '../worker/progress.ts';
import type { Stall } from '../worker/watchdog.ts';
import type { Facts, Printer } from './printer.ts';

export class WaitLines {
  readonly #printer: Pick<Printer, 'warning'>;
  readonly #facts: Facts;
  /** Seconds of the stall that are told next. */
  #next = 0;
  #isFull = false;

  constructor(printer: Pick<Printer, 'warning'>, facts: Facts) {
    this.#printer = printer;
    this.#facts = facts;
  }

  /** Every time after twice as long. */
  stalled(stall: Stall | null): void {
    if (stall === null) {
      if (this.#next > 0) this.#goesOn();
      this.#next = 0;
    } else if (stall.seconds >= this.#next) {
      this.#next = stall.seconds * 2;
      this.#printer.warning('STALLING', stallingWords(stall), this.#facts);
    }
  }

  full(held: Held | null): void {
    if (held === null) {
      if (this.#isFull) this.#goesOn();
    } else if (!this.#isFull) {
      this.#printer.warning('WAITING_FOR_ROOM', fullDiskWords(held), this.#facts);
    }
    this.#isFull = held !== null;
  }

  #goesOn(): void {
    this.#printer.warning('GOES_ON', 'It goes on.', this.#facts);
  }
}
