/** The app's core: watches, offers, runs jobs, publishes one snapshot. Owned by whoever composes the app. */

import * as v from 'valibot';
import { type Command, commandSchema, type Reply, type Snapshot } from '../contract/panel.ts';
import { asPiKeepError, PiKeepError } from '../engine/errors.ts';
import { clearLeftover, findLeftovers } from '../library/leftovers.ts';
import type { Authorizer, DoorName, Platform } from '../platform/ports.ts';
import type { SettingsStore } from '../platform/settings.ts';
import type { RunTask, StartWorker } from '../worker/run-task.ts';
import { chooseAgain, chooseCard, chooseJob } from './choice.ts';
import { type Clock, systemClock } from './clock.ts';
import type { DeskEvent } from './event.ts';
import { JobRunner } from './job-runner.ts';
import { Lookout } from './lookout.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { Publisher } from './publisher.ts';
import { type DeskInput, type DeskState, emptyState, isWorking, type SeenDisk } from './state.ts';
import { problemOf, step } from './step.ts';
import { type Surroundings, tilde, view } from './view.ts';

export type { DeskEvent } from './event.ts';

export interface DeskOptions {
  readonly platform: Platform;
  readonly runTask: RunTask;
  readonly startWorker: StartWorker;
  /** Null where no dialog of the system can be shown. */
  readonly authorizer: Authorizer | null;
  readonly settings: SettingsStore;
  /** Where the panel is shown. */
  readonly where: 'electron' | 'browser';
  /** PiKeep's own version. */
  readonly version: string;
  /** The user's home folder, shown as "~". */
  readonly home: string;
  /** The folder that stands in for the card reader; null for the machine's own disks. */
  readonly slot: string | null;
  /** Wins over the library of the settings for as long as this desk lives. */
  readonly library?: string;
  readonly allowDiskImage?: boolean;
  /** One way of opening only. */
  readonly door?: DoorName | null;
  readonly clock?: Clock;
}

export interface Desk {
  readonly snapshot: Snapshot;
  /** Called after every change; returns its own unsubscribe. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  onEvent(listener: (event: DeskEvent) => void): () => void;
  /** Parses and carries out one command from a panel. Never throws; a refusal is a reply. */
  handle(message: unknown): Promise<Reply>;
  /** Carries out a command of our own (tray menu, notification click). */
  command(command: Command): Promise<Reply>;
  /** Looks at the disks now (after wake-up, for instance). */
  rescan(): Promise<void>;
  /** Cancels jobs, stops watching; resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** The pane of System Settings where macOS keeps the grant for removable volumes. */
const PRIVACY_PANE =
  'x-apple.systempreferences:com.apple.preference.security?Privacy_RemovableVolume';

/** Starts watching at once; `await desk.rescan()` waits for a first look at the disks. */
export function createDesk(options: DeskOptions): Desk {
  return new WatchingDesk(options);
}

class WatchingDesk implements Desk {
  readonly #options: DeskOptions;
  readonly #publisher: Publisher<Snapshot>;
  readonly #events = new Set<(event: DeskEvent) => void>();
  readonly #lookout: Lookout;
  readonly #jobs: JobRunner;
  readonly #lookForLeftovers = oneAtATime(() => this.#findLeftovers());
  #state: DeskState;
  #snapshot: Snapshot;
  #awake: { release(): void } | null = null;

  constructor(options: DeskOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#state = emptyState(this.#settings());
    this.#snapshot = this.#view(0);
    this.#publisher = new Publisher(clock, () => {
      this.#snapshot = this.#view(this.#snapshot.revision + 1);
      return this.#snapshot;
    });
    const apply = (input: DeskInput): void => this.#apply(input);
    this.#jobs = new JobRunner(options, apply);
    this.#lookout = new Lookout({
      platform: options.platform,
      clock,
      settings: () => this.#state.settings,
      allowDiskImage: options.allowDiskImage ?? false,
      apply,
    });
    void this.#lookForLeftovers();
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    return this.#publisher.subscribe(listener);
  }

  onEvent(listener: (event: DeskEvent) => void): () => void {
    const own = (event: DeskEvent): void => listener(event);
    this.#events.add(own);
    return () => this.#events.delete(own);
  }

  handle(message: unknown): Promise<Reply> {
    const parsed = v.safeParse(commandSchema, message);
    if (parsed.success) return this.command(parsed.output);
    const detail = v.summarize(parsed.issues).slice(0, 500);
    const error = new PiKeepError('BAD_MESSAGE', { from: 'the panel', detail });
    return Promise.resolve({ ok: false, problem: problemOf(error) });
  }

  async command(command: Command): Promise<Reply> {
    try {
      await this.#carryOut(command);
      return { ok: true };
    } catch (error) {
      return { ok: false, problem: problemOf(asPiKeepError(error)) };
    }
  }

  rescan(): Promise<void> {
    return this.#lookout.look();
  }

  async close(): Promise<void> {
    await Promise.all([this.#jobs.close(), this.#lookout.close()]);
    this.#awake?.release();
    this.#publisher.close();
    this.#events.clear();
  }

  async #carryOut(command: Command): Promise<void> {
    const { platform, settings } = this.#options;
    switch (command.command) {
      case 'backup':
        return this.#start(chooseCard(this.#state, command.disk, command.card), false);
      case 'retry': {
        const job = chooseJob(this.#state, command.job);
        return this.#start(chooseAgain(this.#state, job), command.forceUnmount);
      }
      case 'cancel':
        return this.#jobs.cancel(chooseJob(this.#state, command.job).id);
      case 'dismiss':
        return this.#apply({ input: 'dismissed', job: chooseJob(this.#state, command.job).id });
      case 'reveal': {
        const { state } = chooseJob(this.#state, command.job);
        if (state.is === 'done') await platform.desktop.reveal(state.image);
        return;
      }
      case 'eject':
        return this.#eject(chooseCard(this.#state, command.disk, command.card));
      case 'clear-leftover':
        await clearLeftover(this.#state.settings.library, command.file);
        return this.#lookForLeftovers();
      case 'open-privacy-settings':
        return platform.desktop.openExternal(PRIVACY_PANE);
      case 'set-eject-when-done':
        await settings.update({ ejectWhenDone: command.value });
        return this.#apply({ input: 'settings', settings: this.#settings() });
    }
  }

  #start(card: SeenDisk, forceUnmount: boolean): void {
    this.#apply({ input: 'started', card: card.key });
    const job = this.#state.jobs.at(-1);
    if (job?.card !== card.key) {
      throw new PiKeepError('INTERNAL', { detail: `no job was made for ${card.disk.id}` });
    }
    const running = this.#jobs.run(job.id, card.disk, forceUnmount, this.#state.settings);
    void running.then(() => this.#lookForLeftovers());
  }

  async #eject(card: SeenDisk): Promise<void> {
    await this.#options.platform.actions.eject(card.disk);
    this.#apply({ input: 'ejected', card: card.key });
    await this.rescan();
  }

  async #findLeftovers(): Promise<void> {
    try {
      const leftovers = await findLeftovers(this.#state.settings.library);
      this.#apply({ input: 'leftovers', leftovers });
    } catch {
      // A library that cannot be read has nothing to offer here; a backup into it says what is wrong.
      this.#apply({ input: 'leftovers', leftovers: [] });
    }
  }

  #apply(input: DeskInput): void {
    const { state, events } = step(this.#state, input);
    if (state === this.#state) return;
    this.#state = state;
    this.#keepAwake(state.jobs.some(isWorking));
    if (input.input === 'progressed') this.#publisher.soon();
    else if (events.length > 0 || this.#looksDifferent()) this.#publisher.now();
    for (const event of events) for (const listener of [...this.#events]) listener(event);
  }

  /** Most looks at the disks find what was there before; nobody needs to hear that. */
  #looksDifferent(): boolean {
    const now = this.#view(this.#snapshot.revision);
    return JSON.stringify(now) !== JSON.stringify(this.#snapshot);
  }

  #keepAwake(wanted: boolean): void {
    if (wanted) this.#awake ??= this.#options.platform.desktop.keepAwake('PiKeep backs up a card');
    else {
      this.#awake?.release();
      this.#awake = null;
    }
  }

  #settings(): DeskState['settings'] {
    const { settings, library } = this.#options;
    return { ...settings.current, ...(library === undefined ? {} : { library }) };
  }

  #view(revision: number): Snapshot {
    const { version, where, home, slot } = this.#options;
    const source =
      slot === null ? 'this computer’s card readers' : `the folder ${tilde(slot, home)}`;
    return view(this.#state, revision, { version, where, home, source } satisfies Surroundings);
  }
}
