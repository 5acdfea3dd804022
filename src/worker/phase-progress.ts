/** Turns bytes copied and proven into the progress messages of a backup. */

import { ProgressMeter } from '../engine/progress.ts';
import type { Phase } from './progress.ts';
import type { TaskContext } from './task-context.ts';

/** Milliseconds between two messages: a bar that moves, without waking the owner for every chunk. */
const INTERVAL_MS = 200;

/**
 * Proving runs beside copying, so "copying" lasts until the card has been read; what is left to prove then is shown as
 * "proving", and writing the manifest as "filing".
 */
export class PhaseProgress {
  readonly #total: number;
  readonly #prove: boolean;
  readonly #context: TaskContext;
  readonly #copying: ProgressMeter;
  #proving: ProgressMeter | null = null;
  #copied: number;
  #proven: number;
  #isRescuing = false;
  #lastSent = Number.NEGATIVE_INFINITY;

  /** `done` bytes were copied, and proven if that is done at all, by an earlier process. */
  constructor(total: number, prove: boolean, context: TaskContext, done = 0) {
    this.#total = total;
    this.#prove = prove;
    this.#context = context;
    this.#copied = done;
    this.#proven = done;
    this.#copying = new ProgressMeter(total, context.monotonic, done);
    this.#send('copying', this.#copying);
  }

  add(step: { copied: number; proven: number }): void {
    this.#copied += step.copied;
    this.#proven += step.proven;
    if (this.#proving) {
      this.#proving.add(step.proven);
      this.#send('proving', this.#proving);
      return;
    }
    if (step.copied > 0) this.#isRescuing = false;
    // What is proven meanwhile is no news.
    if (this.#isRescuing) return;
    this.#copying.add(step.copied);
    const isLast = this.#copied >= this.#total;
    this.#send('copying', this.#copying, isLast);
    if (isLast && this.#prove) {
      this.#proving = new ProgressMeter(this.#total, this.#context.monotonic, this.#proven);
    }
  }

  /** On a dying card: `rescued` of `total` bytes that did not read at first. */
  rescuing({ rescued, total }: { rescued: number; total: number }): void {
    this.#isRescuing = true;
    const now = this.#context.monotonic();
    const isEdge = rescued === 0 || rescued === total;
    if (!isEdge && now - this.#lastSent < INTERVAL_MS) return;
    this.#lastSent = now;
    const unknown = { bytesPerSecond: null, secondsLeft: null };
    this.#context.progress({ phase: 'rescuing', bytes: rescued, total, ...unknown });
  }

  filing(): void {
    this.#context.progress({
      phase: 'filing',
      bytes: this.#total,
      total: this.#total,
      bytesPerSecond: null,
      secondsLeft: null,
    });
  }

  #send(phase: 'copying' | 'proving', meter: ProgressMeter, force = false): void {
    const now = this.#context.monotonic();
    if (!force && now - this.#lastSent < INTERVAL_MS) return;
    this.#lastSent = now;
    this.#context.progress({ phase, ...meter.figures });
  }
}

/** The card is being opened: nothing to count yet, and a dialog of the system may be waiting. */
export function tellOpening({ progress }: TaskContext): void {
  progress({ phase: 'opening', bytes: 0, total: 0, bytesPerSecond: null, secondsLeft: null });
}

/** Progress of a phase that does one thing: call the result with the bytes done since the last call. */
export function phaseMeter(
  phase: Phase,
  total: number,
  { monotonic, progress }: TaskContext,
): (bytes: number) => void {
  const meter = new ProgressMeter(total, monotonic);
  let lastSent = Number.NEGATIVE_INFINITY;
  const send = (): void => {
    const now = monotonic();
    if (meter.figures.bytes < total && now - lastSent < INTERVAL_MS) return;
    lastSent = now;
    progress({ phase, ...meter.figures });
  };
  send();
  return (bytes) => {
    meter.add(bytes);
    send();
  };
}
