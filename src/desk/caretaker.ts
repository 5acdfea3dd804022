/** What the desk does by itself: back up cards that are wanted so, remind, check what is due. The rules are elsewhere. */

import type { ReminderLog } from '../library/reminder-log.ts';
import type { Clock } from './clock.ts';
import { handsFree } from './hands-free.ts';
import { recognitionOf } from './recognition.ts';
import { dueReminders } from './reminders.ts';
import { dueCheck } from './schedule.ts';
import { type DeskInput, type DeskState, isWorking, type SeenDisk } from './state.ts';

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

  constructor(options: CaretakerOptions) {
    this.#options = options;
    this.#tick();
    this.#writing = this.#begin();
  }

  /** To be called after every change of the state. */
  follow(): void {
    if (this.#isClosed) return;
    for (const { key } of this.#options.state().disks) {
      // Deciding about one changes the state, and may decide about others.
      const seen = this.#options.state().disks.find((one) => one.key === key);
      if (seen && seen.undecidedSince !== null) this.#decide(seen, seen.undecidedSince);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const callOff of this.#callOffs) callOff();
    await this.#writing;
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
        isUnfinished: disk.unfinished !== undefined,
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
    const { state, check } = this.#options;
    if (this.#isReady && state().shelf.is === 'ready') {
      this.#remind();
      const { jobs, errands, shelf, tried, now } = state();
      const isIdle =
        !jobs.some(isWorking) &&
        errands.every(({ state: { is } }) => is !== 'waiting' && is !== 'working');
      const due = isIdle ? dueCheck({ ...shelf, tried, now }) : null;
      if (due) check(due.path);
    }
    this.#later(ROUND_MS, () => this.#round());
  }

  #remind(): void {
    const { state, apply, log } = this.#options;
    const { shelf, reminded, now } = state();
    const due = dueReminders({ ...shelf, reminded, now, atWork: atWork(state()) });
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
