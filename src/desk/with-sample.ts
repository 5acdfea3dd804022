/**
 * The sample card beside the real ones. While it is shown, the page belongs to a second desk with a slot and a library of its
 * own, where everything is done for real and nothing of the user's is touched. The real desk goes on meanwhile.
 */

import type { Answered, Command, Reply, Snapshot } from '../contract/panel.ts';
import { asPiKeepError } from '../engine/errors.ts';
import { replyTo } from './command-message.ts';
import type { Desk } from './desk.ts';
import type { DeskEvent } from './event.ts';
import { problemOf } from './problem.ts';

/** A desk on the sample card, made for this once. */
export interface SampleDesk {
  readonly desk: Desk;
  /** After the desk was closed: removes every trace. */
  remove(): Promise<void>;
}

/** Events and commands of our own (tray, notices) are always about the real cards; pages see what is shown. */
export function withSample(desk: Desk, open: () => Promise<SampleDesk>): Desk {
  return new TwoDesks(desk, open);
}

interface Shown extends SampleDesk {
  readonly unsubscribe: () => void;
}

class TwoDesks implements Desk {
  readonly #real: Desk;
  readonly #open: () => Promise<SampleDesk>;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #sample: Shown | null = null;
  #isStarting = false;
  #isClosed = false;
  /** Beginnings and ends, one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** Both numbers may only grow, whichever desk is shown. */
  #revision = 0;
  #libraryRevision = 0;
  #libraryOf = '';
  #snapshot: Snapshot;

  constructor(real: Desk, open: () => Promise<SampleDesk>) {
    this.#real = real;
    this.#open = open;
    this.#snapshot = this.#look();
    real.onSnapshot(() => {
      if (!this.#sample || this.#waits() !== this.#snapshot.sample?.waits) this.#publish();
    });
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    const own = (snapshot: Snapshot): void => listener(snapshot);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  onEvent(listener: (event: DeskEvent) => void): () => void {
    return this.#real.onEvent(listener);
  }

  handle(message: unknown): Promise<Reply> {
    return replyTo(message, (command) => {
      const isOurs = command.command === 'sample-start' || command.command === 'sample-end';
      return isOurs ? this.#turn(command.command) : this.#shown().command(command);
    });
  }

  async #turn(command: 'sample-start' | 'sample-end'): Promise<Reply> {
    const turn = this.#last.then(() => (command === 'sample-start' ? this.#start() : this.#end()));
    this.#last = turn.catch(() => undefined);
    try {
      await turn;
      return { ok: true };
    } catch (error) {
      return { ok: false, problem: problemOf(asPiKeepError(error)) };
    }
  }

  ask(message: unknown, signal: AbortSignal): Promise<Answered> {
    return this.#shown().ask(message, signal);
  }

  command(command: Command): Promise<Reply> {
    return this.#real.command(command);
  }

  rescan(): Promise<void> {
    return this.#real.rescan();
  }

  async close(options?: { readonly keep: boolean }): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#end();
    await this.#real.close(options);
    this.#listeners.clear();
  }

  async #start(): Promise<void> {
    if (this.#sample || this.#isClosed) return;
    this.#isStarting = true;
    this.#publish();
    try {
      const made = await this.#open();
      const unsubscribe = made.desk.onSnapshot(() => this.#publish());
      this.#sample = { ...made, unsubscribe };
    } finally {
      this.#isStarting = false;
      this.#publish();
    }
  }

  async #end(): Promise<void> {
    const ended = this.#sample;
    if (!ended) return;
    this.#sample = null;
    ended.unsubscribe();
    this.#publish();
    try {
      await ended.desk.close({ keep: false });
    } finally {
      await ended.remove();
    }
  }

  #shown(): Desk {
    return this.#sample?.desk ?? this.#real;
  }

  #publish(): void {
    this.#revision += 1;
    this.#snapshot = this.#look();
    for (const listener of [...this.#listeners]) listener(this.#snapshot);
  }

  #look(): Snapshot {
    const shown = this.#shown().snapshot;
    const library = `${this.#sample === null} ${shown.libraryRevision}`;
    if (library !== this.#libraryOf) this.#libraryRevision += 1;
    this.#libraryOf = library;
    const offer = this.#isStarting ? 'starting' : 'offered';
    return {
      ...shown,
      revision: this.#revision,
      libraryRevision: this.#libraryRevision,
      sample: { is: this.#sample ? 'shown' : offer, waits: this.#waits() },
    };
  }

  /** Something to see at the real cards, while the sample card is shown. */
  #waits(): boolean {
    if (!this.#sample) return false;
    const { disks, jobs } = this.#real.snapshot;
    return disks.length + jobs.length > 0;
  }
}
