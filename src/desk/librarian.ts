/** Carries out what pages ask for that concerns images and Pis of the library. */

import { basename } from 'node:path';
import type { Command } from '../contract/panel.ts';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { forget } from '../library/forget.ts';
import type { PiPreferences } from '../library/pi-preferences.ts';
import type { Platform } from '../platform/ports.ts';
import type { ErrandRunner } from './errand-runner.ts';
import { isUnderWay } from './errand-steps.ts';
import { type ForgetWhat, offerForget } from './forget-offer.ts';
import { given } from './given.ts';
import type { CardAccess } from './job-tasks.ts';
import { type ChosenImage, chooseImage, choosePi } from './library-choice.ts';
import { checkTask, type ImageAccess, saveTask, unpackTask } from './library-tasks.ts';
import type { Shelf } from './shelf.ts';
import { type DeskState, isWorking } from './state.ts';

export type LibraryCommand = Extract<
  Command,
  {
    command:
      | 'pi-set'
      | 'forget'
      | 'check'
      | 'save'
      | 'unpack'
      | 'errand-cancel'
      | 'errand-dismiss'
      | 'errand-reveal'
      | 'backup-reveal'
      | 'library-look';
  }
>;

/** Has the user say where files go, or makes a place; null when they would rather not. */
export type ChooseFolder = (title: string) => Promise<string | null>;

export interface LibrarianOptions {
  readonly platform: Pick<Platform, 'desktop' | 'trash'>;
  readonly access: CardAccess;
  readonly shelf: Pick<Shelf, 'look' | 'set'>;
  readonly errands: Pick<ErrandRunner, 'add' | 'cancel'>;
  /** Null where nothing can be saved. */
  readonly chooseFolder: ChooseFolder | null;
  readonly state: () => DeskState;
  readonly dismiss: (errand: string) => void;
}

/** Lists that were shown lately; an older one has to be asked for again. */
const MAX_OFFERS = 16;

export class Librarian {
  readonly #options: LibrarianOptions;
  /** What was asked for, by the token of what was shown. */
  readonly #offers = new Map<string, ForgetWhat>();

  constructor(options: LibrarianOptions) {
    this.#options = options;
  }

  /** A list with this token was shown. */
  remember(token: string, what: ForgetWhat): void {
    this.#offers.delete(token);
    this.#offers.set(token, what);
    const [oldest] = this.#offers.keys();
    if (this.#offers.size > MAX_OFFERS && oldest !== undefined) this.#offers.delete(oldest);
  }

  /** Throws what stands against it. */
  async carryOut(command: LibraryCommand): Promise<void> {
    const { shelf, errands, state, dismiss, platform } = this.#options;
    switch (command.command) {
      case 'pi-set':
        return shelf.set(
          choosePi(state().shelf, command.pi).pi.key,
          given<PiPreferences>(command.change),
        );
      case 'forget':
        return this.#forget(command.token);
      case 'check':
        return this.check(chooseImage(state().shelf, command.backup).path, false);
      case 'save':
        return this.#save(chooseImage(state().shelf, command.backup), command.paths);
      case 'unpack': {
        const image = chooseImage(state().shelf, command.backup);
        return errands.add({ kind: 'unpack', ...orderOf(image) }, unpackTask(this.#access(image)));
      }
      case 'errand-cancel':
        return errands.cancel(command.errand);
      case 'errand-dismiss':
        return dismiss(command.errand);
      case 'errand-reveal': {
        const place = state().errands.find(({ id }) => id === command.errand)?.place ?? null;
        if (place !== null) await platform.desktop.reveal(place);
        return;
      }
      case 'backup-reveal':
        return platform.desktop.reveal(chooseImage(state().shelf, command.backup).path);
      case 'library-look':
        return shelf.look();
    }
  }

  /** `path`: of an image in the library. Throws what stands against it. */
  check(path: string, isScheduled: boolean): void {
    const { state, errands } = this.#options;
    const { library } = state().shelf;
    const backup = library?.backups.find((one) => one.path === path) ?? null;
    const plain = library?.images.find((one) => one.path === path) ?? null;
    const image = { path, backup, plain };
    errands.add(
      { kind: 'check', ...orderOf(image), isScheduled },
      checkTask(this.#access(image), isScheduled),
    );
  }

  async #save(image: ChosenImage, paths: readonly string[]): Promise<void> {
    const { chooseFolder, errands } = this.#options;
    if (!chooseFolder) throw new PiKeepError('UNSUPPORTED', { what: say`saving files from here` });
    const { title, ...order } = orderOf(image);
    const folder = await chooseFolder(title);
    if (folder === null) return;
    errands.add({ kind: 'save', title, ...order }, saveTask(this.#access(image), paths, folder));
  }

  /** Exactly what the token stands for, as it lies there now, or nothing. */
  async #forget(token: string): Promise<void> {
    const { shelf, state, platform } = this.#options;
    const what = this.#offers.get(token);
    if (!what) throw changed(state());
    await shelf.look();
    const { plan, token: now } = offerForget(state(), what);
    if (now !== token || state().shelf.is !== 'ready') throw changed(state());
    this.#offers.delete(token);
    requireUnused(
      state(),
      plan.forget.map(({ backup }) => backup.path),
    );
    try {
      await forget(plan, { remove: (file) => platform.trash.move(file) });
    } finally {
      await shelf.look();
    }
  }

  #access({ path }: ChosenImage): ImageAccess {
    const { access, state } = this.#options;
    return { image: path, settings: state().settings, access };
  }
}

function orderOf({ path, backup }: ChosenImage) {
  return { image: path, title: backup?.title ?? basename(path), isScheduled: false };
}

/** Throws USAGE when one of these images is being restored, checked or read, or waits for it. */
function requireUnused({ jobs, errands }: DeskState, paths: readonly string[]): void {
  const job = jobs.find((one) => isWorking(one) && paths.includes(one.image ?? ''));
  const errand = errands.find(({ image, state: one }) => isUnderWay(one) && paths.includes(image));
  if (job || errand) {
    throw new PiKeepError('USAGE', {
      detail: say`One of these backups is being read now; wait until that is done, or cancel it.`,
    });
  }
}

function changed({ settings }: DeskState): PiKeepError {
  return new PiKeepError('LIBRARY_CHANGED', { path: settings.library });
}
