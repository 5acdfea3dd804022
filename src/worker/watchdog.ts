/**
 * Tells slow from stuck, on the owner's side of a worker. A task is stalled when a read or write of it does not end; the
 * worker is stuck when it does not even say that it is alive. Neither a dialog nor a full disk is a stall.
 */

import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { Phase } from './progress.ts';
import type { FromWorker } from './protocol.ts';

export interface WatchClock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Milliseconds since 1970, by a clock that goes on while the computer sleeps. */
  wall(): number;
  /** Runs `action` once after so many milliseconds; the returned function calls it off. */
  after(milliseconds: number, action: () => void): () => void;
}

/** A read or write that does not end. */
export interface Stall {
  readonly who: 'reader' | 'file';
  /** The reader's name; of a file its path. */
  readonly name: string;
  readonly seconds: number;
  /** Null for a task that has none. */
  readonly phase: Phase | null;
}

/** All in seconds. */
export interface StallLimits {
  /** After so long the user is told. */
  readonly tell: number;
  /** After so long the task is ended. */
  readonly end: number;
  /** A worker that has not been heard of for so long is in a loop that never ends. */
  readonly silence: number;
}

export interface WatchdogOptions {
  readonly clock: WatchClock;
  readonly limits: StallLimits;
  /** What the task works on, for the case that nothing better is known. */
  readonly name: string;
  /** Called every few seconds while it lasts, and with null when it is over. */
  readonly onStall: (stall: Stall | null) => void;
  /** The task is to be ended with this. Called once, and nothing after it. */
  readonly onStalled: (error: PiKeepError<'STALLED'>) => void;
}

type Alive = Extract<FromWorker, { message: 'alive' }>;

const TICK_MS = 1000;
/** A longer time between two ticks was spent asleep, or stopped: nobody could have done anything in it. */
const GAP_MS = 10_000;
/** Milliseconds after waking in which a card that fails is taken to have been lost in sleep. */
const AFTER_SLEEP_MS = 2 * 60_000;
/** Seconds between two times that the user is told. */
const TELL_EVERY = 5;

export class Watchdog {
  readonly #options: WatchdogOptions;
  #callOff: (() => void) | null = null;
  #tickedAt = 0;
  #wallAt = 0;
  /** By the wall clock. */
  #wokeAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds without any work. */
  #idle = 0;
  /** Milliseconds without a sign of life. */
  #silent = 0;
  #work = 0;
  #waitsFor: Alive['waitsFor'] = null;
  #phase: Phase | null = null;
  /** Somebody else has to do something first: the user in a dialog, or whoever makes room on a disk. */
  readonly #excused = new Set<'dialog' | 'held'>();
  /** Seconds of the stall that was told last; 0 while there is none. */
  #told = 0;
  /** Its last word is said. The clocks are still watched: ending a task that hangs takes a while, and is no sleep. */
  #hasEnded = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#tickedAt = options.clock.now();
    this.#wallAt = options.clock.wall();
    this.#next();
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = null;
  }

  /** What looks like a failing card right after the computer slept is told as that. */
  blameSleep(error: PiKeepError): PiKeepError {
    const sinceMs = this.#options.clock.wall() - this.#lastWake();
    const isCard =
      isPiKeepError(error, 'DEVICE_GONE', 'READ_FAILED') ||
      (isPiKeepError(error, 'STALLED') && error.facts.who === 'reader');
    if (!isCard || sinceMs > AFTER_SLEEP_MS) return error;
    const facts = { name: this.#options.name, was: error.code };
    return new PiKeepError('LOST_IN_SLEEP', facts, { cause: error });
  }

  /** A sleep that has ended a moment ago may not have been noticed by a timer yet. */
  #lastWake(): number {
    const { clock } = this.#options;
    const passed = clock.now() - this.#tickedAt;
    const isAsleep = Math.max(passed, clock.wall() - this.#wallAt) > GAP_MS;
    return isAsleep ? clock.wall() : this.#wokeAt;
  }

  alive({ work, waitsFor }: Alive): void {
    this.#silent = 0;
    this.#waitsFor = waitsFor;
    if (work === this.#work) return;
    this.#work = work;
    this.#moves();
  }

  progressed(phase: Phase): void {
    this.#silent = 0;
    this.#phase = phase;
    this.#moves();
  }

  excuse(why: 'dialog' | 'held', begins: boolean): void {
    if (begins) this.#excused.add(why);
    else this.#excused.delete(why);
    this.#moves();
  }

  #moves(): void {
    this.#idle = 0;
    if (this.#told > 0 && !this.#hasEnded) this.#options.onStall(null);
    this.#told = 0;
  }

  #next(): void {
    this.#callOff = this.#options.clock.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const { clock } = this.#options;
    const passed = clock.now() - this.#tickedAt;
    const wall = clock.wall();
    // The first clock stands still during sleep on some systems, the second can be set.
    const isAwakeAgain = passed > GAP_MS || wall - this.#wallAt > passed + GAP_MS;
    this.#tickedAt += passed;
    this.#wallAt = wall;
    this.#next();
    if (isAwakeAgain) {
      this.#wokeAt = wall;
      this.#silent = 0;
      this.#moves();
    } else {
      this.#silent += passed;
      this.#idle = this.#excused.size > 0 ? 0 : this.#idle + passed;
      if (!this.#hasEnded) this.#judge();
    }
  }

  #judge(): void {
    const { limits, name } = this.#options;
    const silent = Math.floor(this.#silent / 1000);
    const seconds = Math.floor(this.#idle / 1000);
    const waitsFor = this.#waitsFor;
    if (silent >= limits.silence) this.#end({ who: 'worker', name, seconds: silent });
    else if (waitsFor) {
      const stall = { who: whoOf(waitsFor), name: waitsFor.name, seconds } as const;
      if (seconds >= limits.end) this.#end(stall);
      else if (seconds >= limits.tell) this.#tell(stall);
    } else if (seconds >= limits.end && this.#phase !== null && this.#phase !== 'opening') {
      // Opening may be a dialog that only the system knows of.
      this.#end({ who: 'worker', name, seconds });
    }
  }

  #tell(stall: Omit<Stall, 'phase'>): void {
    if (this.#told > 0 && stall.seconds < this.#told + TELL_EVERY) return;
    this.#told = stall.seconds;
    this.#options.onStall({ ...stall, phase: this.#phase });
  }

  #end(facts: PiKeepError<'STALLED'>['facts']): void {
    this.#hasEnded = true;
    this.#options.onStalled(new PiKeepError('STALLED', facts));
  }
}

function whoOf({ kind }: NonNullable<Alive['waitsFor']>): Stall['who'] {
  return kind === 'card' ? 'reader' : 'file';
}

export const systemWatchClock: WatchClock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** As everybody has them. For trying out what happens, PIKEEP_STALL_SECONDS sets when a stalled task is ended. */
export function stallLimits(environment: NodeJS.ProcessEnv = process.env): StallLimits {
  const given = Number(environment['PIKEEP_STALL_SECONDS']);
  const end = Number.isInteger(given) && given >= 1 && given <= 86_400 ? given : 600;
  return { tell: Math.min(15, Math.ceil(end / 2)), end, silence: Math.min(60, Math.max(15, end)) };
}
