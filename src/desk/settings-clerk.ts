/** Carries out what the page of the settings asks for. */

import { isAbsolute, join, normalize } from 'node:path';
import type { Command } from '../contract/panel.ts';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import { speak } from '../language/use-language.ts';
import type { FolderLook, LibraryFolders, LoginItem, Platform } from '../platform/ports.ts';
import { followTimeMachine, type Settings, type SettingsStore } from '../platform/settings.ts';
import { given } from './given.ts';
import type { DeskInput, DeskState } from './state.ts';

export type SettingsCommand = Extract<
  Command,
  {
    command:
      | 'settings-set'
      | 'library-set'
      | 'library-choose'
      | 'login-item-set'
      | 'open-login-items'
      | 'settings-warning-read'
      | 'welcomed'
      | 'sample-start'
      | 'sample-end';
  }
>;

/** What the page of the settings needs of the world; what is left out is not offered there. */
export interface SettingsPorts {
  readonly folders?: LibraryFolders;
  /** A dialog of the system that begins at `present`; null when the user would rather not. */
  readonly chooseLibrary?: (present: string) => Promise<string | null>;
  readonly loginItem?: LoginItem;
  /** The languages of the system, most wanted first, as BCP 47 tags. */
  readonly wishes?: () => readonly string[];
}

export interface SettingsClerkOptions {
  readonly platform: Pick<Platform, 'desktop' | 'timeMachine'>;
  readonly settings: SettingsStore;
  readonly ports: SettingsPorts;
  readonly home: string;
  readonly state: () => DeskState;
  readonly apply: (input: DeskInput) => void;
  /** The settings, or what the system keeps beside them, have changed. */
  readonly changed: () => void;
  /** Looks at the disks; resolves when the desk has seen them. */
  readonly look: () => Promise<void>;
  readonly lookAtLibrary: () => Promise<void>;
}

/** System Settings › General › Login Items, since macOS 13. */
const LOGIN_ITEMS_SETTINGS = 'x-apple.systempreferences:com.apple.LoginItems-Settings.extension';

export class SettingsClerk {
  readonly #options: SettingsClerkOptions;
  /** One change after the other, so that the last one is what stays. */
  #last: Promise<unknown> = Promise.resolve();

  /** As it was chosen when this process last looked; whoever started it speaks that. */
  #language: Settings['language'];

  constructor(options: SettingsClerkOptions) {
    this.#options = options;
    this.#language = options.settings.current.language;
  }

  /** Throws what stands against it. */
  carryOut(command: SettingsCommand): Promise<void> {
    // A dialog stays open for as long as its user likes; nothing else waits for that.
    if (command.command === 'library-choose') return this.#choose();
    const done = this.#last.then(() => this.#carryOut(command));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #carryOut(command: Exclude<SettingsCommand, { command: 'library-choose' }>): Promise<void> {
    const { platform, home, apply, changed } = this.#options;
    switch (command.command) {
      case 'settings-set':
        return this.#set(given<Settings>(command.change));
      case 'library-set':
        return this.#keepIn(pathOf(command.folder, home));
      case 'login-item-set':
        this.#requireLoginItem().set(command.value);
        return changed();
      case 'open-login-items':
        this.#requireLoginItem();
        return platform.desktop.openExternal(LOGIN_ITEMS_SETTINGS);
      case 'settings-warning-read':
        return apply({ input: 'settings-warned', warning: null });
      case 'welcomed':
        return this.#set({ welcomed: true });
      case 'sample-start':
      case 'sample-end':
        // Where there is a sample card, `with-sample.ts` takes these before they come here.
        throw new PiKeepError('UNSUPPORTED', { what: say`the sample card` });
    }
  }

  /** The language may have been chosen elsewhere: in another window, or by another PiKeep. */
  async followLanguage(): Promise<void> {
    const { ports, settings } = this.#options;
    const { language } = settings.current;
    if (language === this.#language) return;
    this.#language = language;
    await speak(language, ports.wishes?.() ?? []);
  }

  async #set(change: Partial<Settings>): Promise<void> {
    const { changed, look } = this.#options;
    await this.#save(change);
    await this.followLanguage();
    changed();
    // The one decides which disks are offered, the other what they are called.
    if (change.showOtherExternal !== undefined || change.language !== undefined) await look();
  }

  async #choose(): Promise<void> {
    const { ports, settings } = this.#options;
    if (!ports.chooseLibrary) {
      throw new PiKeepError('UNSUPPORTED', { what: say`choosing a folder in a dialog` });
    }
    const folder = await ports.chooseLibrary(settings.current.library);
    if (folder !== null) await this.carryOut({ command: 'library-set', folder });
  }

  /** What is in the old folder stays there. */
  async #keepIn(library: string): Promise<void> {
    const { ports, state, changed, lookAtLibrary } = this.#options;
    const found = await ports.folders?.look(library);
    if (found) requireUsable(library, found, state());
    if (found?.is === 'missing') await ports.folders?.make(library);
    await this.#save({ library });
    changed();
    await lookAtLibrary();
  }

  async #save(change: Partial<Settings>): Promise<void> {
    const { platform, settings } = this.#options;
    const { current } = settings;
    await followTimeMachine(platform.timeMachine, current, { ...current, ...change });
    await settings.update(change);
  }

  #requireLoginItem(): LoginItem {
    const { loginItem } = this.#options.ports;
    if (loginItem) return loginItem;
    throw new PiKeepError('UNSUPPORTED', { what: say`starting at login` });
  }
}

/** Throws USAGE for one that could mean different folders. */
function pathOf(typed: string, home: string): string {
  const text = typed.trim();
  const path = text === '~' || text.startsWith('~/') ? join(home, text.slice(1)) : text;
  if (isAbsolute(path) && !path.includes('\0')) {
    const plain = normalize(path);
    return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
  }
  const detail = say`Type the whole path of the folder, from “/” or “~/” on.`;
  throw new PiKeepError('USAGE', { detail });
}

/** Throws what would make every backup fail; whatever else speaks against a folder is said beside it. */
function requireUsable(path: string, found: FolderLook, { disks }: DeskState): void {
  if (found.is === 'no folder' || found.is === 'silent') {
    throw new PiKeepError('DESTINATION_MISSING', { path });
  }
  if (!found.isWritable) {
    throw new PiKeepError('DESTINATION_NOT_WRITABLE', {
      path,
      errno: found.volume?.readOnly ? 'EROFS' : 'EACCES',
    });
  }
  const card = disks.find(
    ({ disk, verdict }) => verdict.offer && found.volume?.disks.includes(disk.id),
  );
  if (card) throw new PiKeepError('DESTINATION_ON_CARD', { path, disk: card.disk.id });
}
