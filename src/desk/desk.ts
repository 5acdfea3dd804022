/** The app's core: watches, offers, runs jobs, publishes one snapshot. Owned by whoever composes the app. */

import type { Answered, Command, Reply, Snapshot } from '../contract/panel.ts';
import { asPiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { recordsFolder } from '../library/records-folder.ts';
import { openReminderLog } from '../library/reminder-log.ts';
import { Answerer } from './answerer.ts';
import { type AnswersOptions, findAnswer } from './answers.ts';
import { Caretaker } from './caretaker.ts';
import { Clerk } from './clerk.ts';
import { systemClock } from './clock.ts';
import { replyTo } from './command-message.ts';
import type { DeskOptions } from './desk-options.ts';
import { ErrandRunner } from './errand-runner.ts';
import type { DeskEvent } from './event.ts';
import { FileAnswers } from './file-answers.ts';
import { FirstCard } from './first-card.ts';
import { type FollowedSettings, followSettings } from './follow-settings.ts';
import { JobRunner } from './job-runner.ts';
import { surveyTask } from './job-tasks.ts';
import { Librarian } from './librarian.ts';
import { Lookout } from './lookout.ts';
import { problemOf } from './problem.ts';
import { Publisher } from './publisher.ts';
import { settingsAnswer } from './settings-answer.ts';
import { SettingsClerk } from './settings-clerk.ts';
import { Shelf } from './shelf.ts';
import { type DeskInput, type DeskState, emptyState, isWorking } from './state.ts';
import { step } from './step.ts';
import { Surveyor } from './surveyor.ts';
import { type Surroundings, sourceWords, view } from './view.ts';

export type { DeskOptions } from './desk-options.ts';
export type { DeskEvent } from './event.ts';

export interface Desk {
  readonly snapshot: Snapshot;
  /** Called after every change; returns its own unsubscribe. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  onEvent(listener: (event: DeskEvent) => void): () => void;
  /** Parses and carries out one command from a panel. Never throws; a refusal is a reply. */
  handle(message: unknown): Promise<Reply>;
  /** Parses and answers one question of a page. Never throws; `signal` says that nobody waits for the answer any more. */
  ask(message: unknown, signal: AbortSignal): Promise<Answered>;
  /** Carries out a command of our own (tray menu, notification click). */
  command(command: Command): Promise<Reply>;
  /** Looks at the disks now (after wake-up, for instance). */
  rescan(): Promise<void>;
  /**
   * Ends jobs, stops watching; resolves when nothing runs any more. What backups have done stays on the disk, to be continued,
   * unless `keep` is false.
   */
  close(options?: { readonly keep: boolean }): Promise<void>;
}

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
  readonly #surveyor: Surveyor;
  readonly #clerk: Clerk;
  readonly #shelf: Shelf;
  readonly #errands: ErrandRunner;
  readonly #librarian: Librarian;
  readonly #answerer: Answerer;
  readonly #firstCard: FirstCard;
  readonly #following: FollowedSettings;
  #caretaker: Caretaker | null = null;
  #state: DeskState;
  #snapshot: Snapshot;
  #awake: { release(): void } | null = null;

  constructor(options: DeskOptions) {
    this.#options = options;
    const { platform, settings, home, runTask, startWorker } = options;
    const { settingsPorts: ports = {}, chooseFolder = null, watchFolder = null } = options;
    const { clock = systemClock, recordsFolder: records = recordsFolder() } = options;
    const place = {
      system: platform.name,
      app: options.responsibleApp ?? null,
      isApp: options.where === 'electron',
    };
    this.#state = emptyState(this.#settings(), place, options.firstNumber);
    this.#snapshot = this.#view(0);
    this.#publisher = new Publisher(clock, () => {
      this.#snapshot = this.#view(this.#snapshot.revision + 1);
      return this.#snapshot;
    });
    const apply = (input: DeskInput): void => this.#apply(input);
    const state = (): DeskState => this.#state;
    const look = (): Promise<void> => this.#lookout.look();
    const settingsChanged = (): void => {
      apply({ input: 'settings', settings: this.#settings() });
      this.#following.renew();
    };
    this.#firstCard = new FirstCard(settings, settingsChanged);
    this.#shelf = new Shelf({
      library: () => this.#state.settings.library,
      recordsFolder: records,
      clock,
      watchFolder,
      apply,
    });
    const shelf = this.#shelf;
    this.#errands = new ErrandRunner({ ...options, shelf, state, apply });
    this.#librarian = new Librarian({
      platform,
      access: options,
      shelf,
      errands: this.#errands,
      chooseFolder,
      state,
      dismiss: (errand) => apply({ input: 'errand-dismissed', errand }),
    });
    this.#jobs = new JobRunner(options, { apply, look });
    this.#surveyor = new Surveyor({
      runTask,
      startWorker,
      task: (image, { disk }) =>
        surveyTask(image, { disk, settings: this.#state.settings, access: options }),
      looksInside: platform.name !== 'macos',
      state,
      apply,
    });
    const settingsClerk = new SettingsClerk({
      ...{ platform, settings, ports, home, state, apply, look },
      changed: settingsChanged,
      lookAtLibrary: shelf.look,
    });
    this.#clerk = new Clerk({
      platform,
      settings,
      access: options,
      jobs: this.#jobs,
      shelf,
      surveyor: this.#surveyor,
      librarian: this.#librarian,
      settingsClerk,
      state,
      apply,
      look,
      settingsChanged,
    });
    this.#caretaker = new Caretaker({
      clock,
      log: openReminderLog(records),
      state,
      apply,
      backUp: (seen, pi) => this.#clerk.backUpByItself(seen, pi),
      cancel: (job) => this.#jobs.cancel(job, false),
      check: (image) => this.#librarian.check(image, true),
      cancelCheck: (errand) => this.#errands.cancel(errand),
      power: () => platform.power(),
    });
    const files = new FileAnswers({ runTask, startWorker, access: options, state });
    const answers: AnswersOptions = {
      state,
      files,
      librarian: this.#librarian,
      system: platform.name,
      home,
      waitingCheck: () => this.#caretaker?.waiting ?? null,
      diagnose: options.diagnose,
      settings: () =>
        settingsAnswer({ state: state(), saved: settings.current, ports, platform, home }),
    };
    this.#answerer = new Answerer((query, signal) => findAnswer(query, signal, answers));
    this.#lookout = new Lookout({
      platform,
      clock,
      settings: () => this.#state.settings,
      recordsFolder: records,
      allowDiskImage: options.allowDiskImage ?? false,
      apply,
    });
    const lookAround = (): void => {
      void look();
      void shelf.look();
    };
    this.#following = followSettings({
      ...{ settings, settingsChanged, settingsClerk, lookAround, apply },
      watchFolder,
    });
    if (settings.warning) apply({ input: 'settings-warned', warning: settings.warning });
    void shelf.look();
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
    return replyTo(message, (command) => this.command(command));
  }

  ask(message: unknown, signal: AbortSignal): Promise<Answered> {
    return this.#answerer.answer(message, signal);
  }

  async command(command: Command): Promise<Reply> {
    try {
      await this.#clerk.carryOut(command);
      return { ok: true };
    } catch (error) {
      return { ok: false, problem: problemOf(asPiKeepError(error)) };
    }
  }

  rescan(): Promise<void> {
    return this.#lookout.look();
  }

  async close({ keep } = { keep: true }): Promise<void> {
    await this.#caretaker?.close();
    await Promise.all([
      this.#jobs.close(keep),
      this.#surveyor.close(),
      this.#answerer.close(),
      this.#errands.close(),
    ]);
    await this.#following.close();
    await this.#shelf.close();
    await this.#lookout.close();
    this.#awake?.release();
    this.#publisher.close();
    this.#events.clear();
  }

  #apply(input: DeskInput): void {
    const { state, events } = step(this.#state, input);
    if (state === this.#state) return;
    this.#state = state;
    this.#keepAwake(
      state.jobs.some(isWorking) || state.errands.some(({ state: { is } }) => is === 'working'),
    );
    const isProgress = input.input === 'progressed' || input.input === 'errand-progressed';
    if (isProgress) this.#publisher.soon();
    else if (events.length > 0 || this.#looksDifferent()) this.#publisher.now();
    for (const event of events) for (const listener of [...this.#events]) listener(event);
    this.#firstCard.follow(state);
    this.#surveyor.follow();
    // The first tick comes while it is being made.
    this.#caretaker?.follow();
  }

  /** Most looks at the disks find what was there before; nobody needs to hear that. */
  #looksDifferent(): boolean {
    const now = this.#view(this.#snapshot.revision);
    return JSON.stringify(now) !== JSON.stringify(this.#snapshot);
  }

  #keepAwake(wanted: boolean): void {
    if (wanted)
      this.#awake ??= this.#options.platform.desktop.keepAwake(say`PiKeep works on a card`);
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
    const { version, where, home, slot, welcomes = slot === null } = this.#options;
    const source = sourceWords(slot, home);
    const surroundings: Surroundings = { version, where, home, source, welcomes };
    return view(this.#state, revision, surroundings);
  }
}
