/** Carries out what the panel asks for: finds what a command means, starts and ends jobs. */

import type { Command } from '../contract/panel.ts';
import type { SettingsChange } from '../contract/settings.ts';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { clearLeftover } from '../library/leftovers.ts';
import type { Platform } from '../platform/ports.ts';
import type { Settings, SettingsStore } from '../platform/settings.ts';
import {
  cardOf,
  chooseAgain,
  chooseCard,
  chooseJob,
  chooseOffered,
  chooseUndo,
  imageOfJob,
  likeliestBackup,
} from './choice.ts';
import { confirmRestore, confirmUndo, requireCurrent } from './confirmation.ts';
import type { JobRunner } from './job-runner.ts';
import {
  backupTask,
  type CardAccess,
  type JobTask,
  restoreTask,
  type TaskTarget,
  undoTask,
} from './job-tasks.ts';
import type { Librarian } from './librarian.ts';
import { lookAgain } from './look-again.ts';
import { markDisk, unmarkDisk } from './protect.ts';
import { chooseRestorable, restorableAt } from './restorable.ts';
import type { SettingsClerk } from './settings-clerk.ts';
import type { Shelf } from './shelf.ts';
import {
  type DeskInput,
  type DeskState,
  isWorking,
  type JobOrder,
  type SeenDisk,
} from './state.ts';
import type { Surveyor } from './surveyor.ts';
import { unfinishedOfDisk } from './unfinished.ts';

export interface ClerkOptions {
  readonly platform: Pick<Platform, 'access' | 'actions' | 'desktop' | 'name'>;
  readonly settings: SettingsStore;
  readonly access: CardAccess;
  readonly jobs: Pick<JobRunner, 'run' | 'cancel'>;
  readonly shelf: Pick<Shelf, 'look'>;
  readonly surveyor: Pick<Surveyor, 'examine'>;
  readonly librarian: Pick<Librarian, 'carryOut'>;
  readonly settingsClerk: Pick<SettingsClerk, 'carryOut'>;
  readonly state: () => DeskState;
  readonly apply: (input: DeskInput) => void;
  /** Looks at the disks; resolves when the desk has seen them. */
  readonly look: () => Promise<void>;
  /** The settings as they are saved have changed. */
  readonly settingsChanged: () => void;
}

/** The panes of System Settings where macOS keeps the grants by which an app may read cards. */
const privacyPanes = {
  'removable-volumes':
    'x-apple.systempreferences:com.apple.preference.security?Privacy_RemovableVolume',
  'full-disk-access': 'x-apple.systempreferences:com.apple.preference.security?Privacy_AllFiles',
} as const;

export class Clerk {
  readonly #options: ClerkOptions;

  constructor(options: ClerkOptions) {
    this.#options = options;
  }

  /** Throws what stands against it. */
  async carryOut(command: Command): Promise<void> {
    const { platform, jobs, apply, shelf } = this.#options;
    const state = this.#options.state();
    switch (command.command) {
      case 'backup':
        return this.#backUp(chooseCard(state, command.disk, command.card), {
          forceUnmount: false,
          isContinuing: command.continue === true,
        });
      case 'retry': {
        const job = chooseJob(state, command.job);
        if (job.kind !== 'backup') {
          const detail = say`what is on the card has to be looked at again`;
          throw new PiKeepError('NOT_CONFIRMED', { disk: job.disk, detail });
        }
        return this.#backUp(chooseAgain(state, job), {
          forceUnmount: command.forceUnmount,
          isContinuing: job.continues !== null,
        });
      }
      case 'cancel':
        return jobs.cancel(chooseJob(state, command.job).id, command.keep ?? false);
      case 'dismiss':
        return apply({ input: 'dismissed', job: chooseJob(state, command.job).id });
      case 'reveal':
        return this.#reveal(command.job);
      case 'eject':
        return this.#eject(chooseCard(state, command.disk, command.card));
      case 'clear-leftover':
        await clearLeftover(state.settings.library, command.file);
        return shelf.look();
      case 'open-privacy-settings':
        return platform.desktop.openExternal(privacyPanes[command.pane ?? 'removable-volumes']);
      case 'look-again':
        return lookAgain({ access: platform.access, state: this.#options.state, apply });
      case 'set-eject-when-done':
        return this.#set({ ejectWhenDone: command.value });
      case 'set-show-other-external':
        return this.#set({ showOtherExternal: command.value });
      case 'protect': {
        const { disk, glance } = chooseCard(state, command.disk, command.card);
        const name = glance.title.slice(0, 256);
        return this.#mark((now) => markDisk(now.neverTouch, disk, name));
      }
      case 'unprotect': {
        const disks = state.disks.map(({ disk }) => disk);
        const { key } = command;
        return this.#mark((now) => unmarkDisk(now.neverTouch, key, disks));
      }
      case 'undo': {
        const job = chooseUndo(state, command.job);
        return this.#undo(chooseAgain(state, job), job.title, job.image ?? '');
      }
      case 'restore-open':
      case 'restore-choose-backup':
      case 'restore-choose':
      case 'restore-review':
      case 'restore-back':
      case 'restore-start':
      case 'restore-undo':
      case 'restore-close':
        return this.#restore(command);
      case 'welcomed':
      case 'sample-start':
      case 'sample-end':
      case 'settings-set':
      case 'library-set':
      case 'library-choose':
      case 'login-item-set':
      case 'open-login-items':
      case 'settings-warning-read':
        return this.#options.settingsClerk.carryOut(command);
      default:
        return this.#options.librarian.carryOut(command);
    }
  }

  /** Begins a backup that nobody asked for just now; the card is ejected when it is done. Throws what stands against it. */
  backUpByItself(seen: SeenDisk, pi: string): void {
    const card = chooseCard(this.#options.state(), seen.disk.id, seen.key);
    const continues = unfinishedOfDisk(this.#options.state(), card);
    const target = { ...this.#target(card, false), eject: true };
    const order = continues ? { continues: continues.file } : {};
    const task = backupTask({ ...target, continues });
    // To open the card a second time macOS would ask once more, with nobody there.
    const anew = this.#options.platform.name === 'macos' ? null : backupTask(target);
    this.#start(card, { kind: 'backup', byItself: pi, ...order }, task, anew);
  }

  async #restore(command: Extract<Command, { command: `restore-${string}` }>): Promise<void> {
    const { apply } = this.#options;
    const state = this.#options.state();
    switch (command.command) {
      case 'restore-open':
        return this.#open(command.from);
      case 'restore-choose-backup':
        return apply({
          input: 'restore-backup-chosen',
          backup: chooseRestorable(state, command.backup),
        });
      case 'restore-choose':
        return apply({
          input: 'restore-chosen',
          card: chooseOffered(state, command.disk, command.card).key,
        });
      case 'restore-review':
        requireCurrent(state, command.token);
        return apply({ input: 'restore-reviewed', token: command.token });
      case 'restore-back':
        return apply({ input: 'restore-back' });
      case 'restore-close':
        return apply({ input: 'restore-closed' });
      case 'restore-undo': {
        const { seen, page } = confirmUndo(state, command.token);
        apply({ input: 'restore-closed' });
        return this.#undo(seen, page.backup.title, page.backup.path);
      }
      case 'restore-start': {
        // A card may have been swapped a moment ago; what is there now has to be what was confirmed.
        await this.#options.look();
        const { seen, page } = confirmRestore(this.#options.state(), command);
        const { title, path: image } = page.backup;
        const target = this.#target(seen, page.forceUnmount);
        apply({ input: 'restore-closed' });
        const task = restoreTask({ image, grow: command.grow }, target);
        return this.#start(seen, { kind: 'restore', title, image }, task);
      }
    }
  }

  async #open(from: Extract<Command, { command: 'restore-open' }>['from']): Promise<void> {
    const { apply, shelf } = this.#options;
    // The page is about what is in the library now.
    await shelf.look();
    const state = this.#options.state();
    if (from.with === 'backup') {
      const backup = chooseRestorable(state, from.backup);
      return apply({ input: 'restore-opened', backup, chosen: null, forceUnmount: false });
    }
    if (from.with === 'card') {
      const seen = chooseOffered(state, from.disk, from.card);
      const backup = likeliestBackup(state, seen);
      return apply({ input: 'restore-opened', backup, chosen: seen.key, forceUnmount: false });
    }
    const job = chooseJob(state, from.job);
    const backup = restorableAt(state, imageOfJob(job));
    // A backup goes to whichever card it is of; a restore is tried again on the card it was for.
    const chosen = job.kind === 'backup' ? null : (cardOf(state, job)?.key ?? null);
    apply({ input: 'restore-opened', backup, chosen, forceUnmount: from.forceUnmount });
  }

  #undo(seen: SeenDisk, title: string, image: string): void {
    this.#start(seen, { kind: 'undo', title, image }, undoTask(this.#target(seen, false)));
  }

  /** Where there is nothing to continue any more, it begins anew. */
  #backUp(
    seen: SeenDisk,
    { forceUnmount, isContinuing }: { forceUnmount: boolean; isContinuing: boolean },
  ): void {
    const continues = isContinuing ? unfinishedOfDisk(this.#options.state(), seen) : null;
    const target = { ...this.#target(seen, forceUnmount), continues };
    const order = continues ? { continues: continues.file } : {};
    this.#start(seen, { kind: 'backup', ...order }, backupTask(target));
  }

  #target({ disk }: SeenDisk, forceUnmount: boolean): TaskTarget {
    const { access, state } = this.#options;
    return { disk, settings: state().settings, access, forceUnmount };
  }

  #start(seen: SeenDisk, order: JobOrder, task: JobTask, anew: JobTask | null = null): void {
    const { apply, jobs, state, shelf } = this.#options;
    apply({ input: 'started', card: seen.key, order });
    const job = state().jobs.at(-1);
    if (job?.card !== seen.key || !isWorking(job)) {
      throw new PiKeepError('INTERNAL', { detail: `no job was made for ${seen.disk.id}` });
    }
    void jobs.run(job.id, task, anew).then(() => {
      this.#examine(job.id);
      return shelf.look();
    });
  }

  /** After a restore that ended early: is the card as it was, and can it become so again? */
  #examine(id: string): void {
    const state = this.#options.state();
    const job = state.jobs.find((one) => one.id === id);
    if (!job?.image || (job.state.is !== 'failed' && job.state.is !== 'cancelled')) return;
    const seen = cardOf(state, job);
    if (seen) this.#options.surveyor.examine(id, job.image, seen);
  }

  async #reveal(id: string): Promise<void> {
    const { desktop } = this.#options.platform;
    const { state } = chooseJob(this.#options.state(), id);
    if (state.is === 'done') await desktop.reveal(state.image);
    if (state.is === 'restored') await desktop.reveal(state.report);
  }

  async #eject(seen: SeenDisk): Promise<void> {
    const { platform, apply, look } = this.#options;
    await platform.actions.eject(seen.disk);
    apply({ input: 'ejected', card: seen.key });
    await look();
  }

  #set(change: SettingsChange): Promise<void> {
    return this.#options.settingsClerk.carryOut({ command: 'settings-set', change });
  }

  /** Which disks are offered depends on it. */
  async #mark(change: (now: Settings) => Settings['neverTouch']): Promise<void> {
    const { settings, settingsChanged, look } = this.#options;
    await settings.update((now) => ({ neverTouch: change(now) }));
    settingsChanged();
    await look();
  }
}
