/** What the desk does by itself: back up cards that are wanted so, remind, check what is due. The rules are elsewhere. */

import { isPiKeepError } from '../engine/errors.ts';
import type { LibraryBackup } from '../library/library.ts';
import type { ReminderLog } from '../library/reminder-log.ts';
import type { Power } from '../platform/ports.ts';
import type { Clock } from './clock.ts';
import { isUnderWay } from './errand-steps.ts';
import { handsFree, isUnfinished } from './hands-free.ts';
import { recognitionOf } from './recognition.ts';
import { dueReminders } from './reminders.ts';
import { type CheckWaits, dueCheck, waitsFor } from './schedule.ts';
import { type DeskInput, type DeskState, type Errand, isWorking, type SeenDisk } from './state.ts';

export interface CaretakerOptions {
  readonly clock: Clock;
  readonly log: ReminderLog;
  readonly state: () => DeskState;
  readonly apply: (input: DeskInput) => void;
  /** Begins a backup of a card for the Pi with this key. Throws what stands against it. */
  readonly backUp: (seen: SeenDisk, pi: string) => void;
  /** Ends the job whose dialog nobody answered. */
  readonly cancel: (job: string) => void;
  /** Begins a check of an image. Throws what stands against it. */
  readonly check: (image: string) => void;
  /** Ends a check that gives way. */
  readonly cancelCheck: (errand: string) => void;
  /** What the computer runs on, and how busy it is. */
  readonly power: () => Promise<Power>;
}

/** Between two looks at what is due. */
const ROUND_MS = 10 * 60_000;
/** A minute after the start: whoever has just opened the app is not to wait for a check. */
const FIRST_ROUND_MS = 60_000;
/** So long after it was put in, a card may turn out to be one that is wanted; a slow volume may hold the library. */
export const DECIDING_MS = 60_000;
/** Nobody is there to answer a dialog that has stood so long. */
const UNANSWERED_MS = 3 * 60_000;

export class Caretaker {
  readonly #options: CaretakerOptions;
  readonly #callOffs = new Set<() => void>();
  #isClosed = false;
  #isReady = false;
  #writing: Promise<void> = Promise.resolve();
  #checking: Promise<void> = Promise.resolve();
  #waiting: { readonly image: string; readonly why: CheckWaits } | null = null;
  /** Images whose check gave way to other work: they need not wait another day. */
  readonly #gaveWay = new Set<string>();

  constructor(options: CaretakerOptions) {
    this.#options = options;
    this.#tick();
    this.#writing = this.#begin();
  }

  /** To be called after every change of the state. */
  follow(): void {
    if (this.#isClosed) return;
    if (this.#options.state().jobs.some(isWorking)) this.#giveWay();
    for (const { key } of this.#options.state().disks) {
      // Deciding about one changes the state, and may decide about others.
      const seen = this.#options.state().disks.find((one) => one.key === key);
      if (seen && seen.undecidedSince !== null) this.#decide(seen, seen.undecidedSince);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting = null;
    for (const callOff of this.#callOffs) callOff();
    await Promise.all([this.#writing, this.#checking]);
  }

  /** The image whose check is due, and what it waits for; null where none does. */
  get waiting(): { readonly image: string; readonly why: CheckWaits } | null {
    return this.#waiting;
  }

  async #begin(): Promise<void> {
    const reminded = await this.#options.log.read();
    if (this.#isClosed) return;
    this.#options.apply({ input: 'reminded', reminded });
    this.#isReady = true;
    this.#later(FIRST_ROUND_MS, () => this.#round());
  }

  #tick(): void {
    const { apply, clock } = this.#options;
    apply({ input: 'ticked', now: clock.wall() });
  }

  /** Library, names and cards that come late are waited for, but not for long. */
  #decide(seen: SeenDisk, since: number): void {
    const { state, apply, backUp, clock } = this.#options;
    const { key, verdict, glance, disk } = seen;
    const { shelf } = state();
    const now = clock.wall();
    const isKnown = verdict.offer && shelf.is !== 'reading' && glance.pi !== 'no';
    const wanted = new Set(
      shelf.pis.filter(({ preferences }) => preferences.handsFree).map(({ pi }) => pi.key),
    );
    const answer = handsFree(
      {
        recognition: isKnown ? recognitionOf(state(), seen) : null,
        isUnfinished: isUnfinished(disk),
        wanted: (pi) => wanted.has(pi.key),
      },
      new Date(now),
    );
    const mayBecomeKnown = answer.is === 'wait' || (answer.is === 'no' && answer.why === 'unknown');
    if (mayBecomeKnown && Math.abs(now - since) < DECIDING_MS) return;
    apply({ input: 'decided', card: key });
    if (answer.is !== 'start' || answer.pi === null || shelf.is !== 'ready') return;
    try {
      backUp(seen, answer.pi.key);
    } catch {
      // Something works on this card already, or it has left: then there is nothing to begin.
      return;
    }
    const job = state().jobs.find((one) => one.card === key && isWorking(one));
    if (job) this.#later(UNANSWERED_MS, () => this.#giveUp(job.id));
  }

  #giveUp(job: string): void {
    const { apply, cancel, state } = this.#options;
    const before = state();
    apply({ input: 'unanswered', job });
    if (state() !== before) cancel(job);
  }

  #round(): void {
    this.#tick();
    if (this.#isReady && this.#options.state().shelf.is === 'ready') {
      this.#remind();
      this.#checking = this.#checking.then(() => this.#checkWhatIsDue());
    }
    this.#later(ROUND_MS, () => this.#round());
  }

  async #checkWhatIsDue(): Promise<void> {
    const { state, check, power } = this.#options;
    const own = state().errands.find(isScheduledCheck);
    if (own === undefined && this.#due() === null) {
      this.#waiting = null;
      return;
    }
    const found = await power();
    if (this.#isClosed) return;
    if (own) {
      if (found.source === 'battery') this.#giveWay();
      return;
    }
    const due = this.#due();
    const why = due && waitsFor(isAtWork(state()), found);
    this.#waiting = due && why ? { image: due.path, why } : null;
    if (!due || why !== null) return;
    this.#gaveWay.delete(due.path);
    try {
      check(due.path);
    } catch (error) {
      // It is being read already, or has left: then there is nothing to begin.
      if (!isPiKeepError(error)) throw error;
    }
  }

  #due(): LibraryBackup | null {
    const { shelf, tried, now } = this.#options.state();
    const rested = Object.entries(tried).filter(([image]) => !this.#gaveWay.has(image));
    return dueCheck({ ...shelf, tried: Object.fromEntries(rested), now });
  }

  /** What nobody asked for stands back; it is due again as soon as there is time for it. */
  #giveWay(): void {
    for (const errand of this.#options.state().errands) {
      if (!isScheduledCheck(errand) || this.#gaveWay.has(errand.image)) continue;
      this.#gaveWay.add(errand.image);
      this.#options.cancelCheck(errand.id);
    }
  }

  #remind(): void {
    const { state, apply, log } = this.#options;
    const { shelf, settings, reminded, now } = state();
    const usual = settings.remindDays;
    const due = dueReminders({ ...shelf, usual, reminded, now, atWork: atWork(state()) });
    for (const { pi } of due) apply({ input: 'remind', pi: pi.key });
    if (due.length === 0) return;
    const next = state().reminded;
    // A folder that cannot be written costs a second reminder after a restart, and nothing else.
    this.#writing = this.#writing.then(() => log.write(next)).catch(() => undefined);
  }

  #later(milliseconds: number, action: () => void): void {
    if (this.#isClosed) return;
    const callOff = this.#options.clock.after(milliseconds, () => {
      this.#callOffs.delete(callOff);
      if (!this.#isClosed) action();
    });
    this.#callOffs.add(callOff);
  }
}

function isScheduledCheck({ kind, isScheduled, state }: Errand): boolean {
  return kind === 'check' && isScheduled && isUnderWay(state);
}

function isAtWork({ jobs, errands }: DeskState): boolean {
  return jobs.some(isWorking) || errands.some((errand) => isUnderWay(errand.state));
}

/** Keys of the Pis whose card is being backed up: by itself, or as far as its card can be recognised. */
export function atWork(state: DeskState): ReadonlySet<string> {
  const busy = state.jobs.filter((job) => isWorking(job) && job.kind === 'backup');
  return new Set(
    busy.flatMap(({ card, byItself }) => {
      const seen = state.disks.find(({ key }) => key === card);
      const candidates = (seen && recognitionOf(state, seen)?.candidates) ?? [];
      return [...(byItself === null ? [] : [byItself]), ...candidates.map(({ pi }) => pi.key)];
    }),
  );
}
