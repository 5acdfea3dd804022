/** Keeps what the desk knows of the library up to date: backups, their Pis, what was set for them, rests of other backups. */

import { PiKeepError } from '../engine/errors.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { say } from '../language/say.ts';
import type { CheckRecord, CheckRecords } from '../library/check-records.ts';
import { findLeftovers } from '../library/leftovers.ts';
import { type LibraryLook, lookAtLibrary } from '../library/look-at-library.ts';
import type { PiPreferences } from '../library/pi-preferences.ts';
import { namesOf } from '../library/recognise.ts';
import type { Closable } from '../platform/ports.ts';
import type { Clock } from './clock.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { plainText } from './plain-text.ts';
import type { KnownPi, ShelfState } from './shelf-state.ts';
import type { DeskInput } from './state.ts';

/** As `platform/watch-folder.ts` does it; `isWatching` is false where the system does not tell. */
export type WatchFolder = (
  folder: string,
  onChange: () => void,
  only?: string | null,
) => Closable & { readonly isWatching: boolean };

export interface ShelfOptions {
  /** The folder of images, now. */
  readonly library: () => string;
  /** Where checks of the command line are kept. */
  readonly recordsFolder: string;
  readonly clock: Clock;
  /** Null: the folder is only looked at from time to time. */
  readonly watchFolder: WatchFolder | null;
  readonly apply: (input: DeskInput) => void;
}

/** A disk that sleeps is not woken for every one of its looks. */
const SLOW_LOOK_MS = 10 * 60_000;

const MAX_NAME = 160;

export class Shelf {
  /** Resolves when a look that began after the call has been told to the desk. Never rejects. */
  readonly look: () => Promise<void>;
  readonly #options: ShelfOptions;
  readonly #closing = new AbortController();
  readonly #fresh = new Map<string, CheckRecord>();
  #last: LibraryLook | null = null;
  #watched: { readonly folder: string; readonly watch: ReturnType<WatchFolder> } | null = null;
  #callOff: (() => void) | null = null;

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.look = oneAtATime(() => this.#look());
  }

  /** Saves what the user has set for a Pi. Throws USAGE when there is no such Pi, SETTINGS_INVALID when it cannot be saved. */
  async set(key: string, change: Partial<PiPreferences>): Promise<void> {
    const { pis = [], store } = this.#last ?? {};
    const pi = pis.find((one) => one.key === key);
    if (!pi || !store) {
      throw new PiKeepError('USAGE', { detail: say`That Pi is not in the library any more.` });
    }
    await store.update(pi, pis, change);
    await this.look();
  }

  /** Keeps what a check came to until it is found in the records; where they cannot be written, until the app ends. */
  async keep(record: CheckRecord): Promise<void> {
    this.#fresh.set(record.backup, record);
    await this.look();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#callOff?.();
    await this.#watched?.watch.close();
    await this.look();
  }

  async #look(): Promise<void> {
    const { library, apply, recordsFolder } = this.#options;
    const { signal } = this.#closing;
    if (signal.aborted) return;
    const folder = library();
    try {
      const look = await lookAtLibrary(folder, recordsFolder, signal);
      const leftovers = look.trouble === null ? await orNone(findLeftovers(folder)) : [];
      if (signal.aborted) return;
      this.#last = look;
      this.#dropWritten(look.checks);
      apply({ input: 'leftovers', leftovers });
      apply({ input: 'library', look: stateOf(look, this.#fresh) });
      await this.#watch(folder);
    } catch (error) {
      // Nothing but the end of the desk interrupts a look.
      if (!signal.aborted) throw error;
    }
  }

  /** What is in the records needs no keeping; it would stay for as long as the app runs, long after its backup. */
  #dropWritten(written: CheckRecords): void {
    for (const [key, record] of this.#fresh) {
      const known = written.get(key);
      if (known && Date.parse(known.at) >= Date.parse(record.at)) this.#fresh.delete(key);
    }
  }

  /** The folder may have been made, mounted or changed since. */
  async #watch(folder: string): Promise<void> {
    const { watchFolder, clock } = this.#options;
    if (this.#watched?.folder !== folder || !this.#watched.watch.isWatching) {
      await this.#watched?.watch.close();
      const watch = watchFolder?.(folder, () => void this.look());
      this.#watched = watch ? { folder, watch } : null;
    }
    this.#callOff?.();
    this.#callOff = clock.after(SLOW_LOOK_MS, () => void this.look());
  }
}

function stateOf(
  { library, pis, store, checks, trouble }: LibraryLook,
  fresh: CheckRecords,
): Omit<ShelfState, 'revision'> {
  const names = namesOf(pis, { nameOf: (pi) => store.nameOf(pi, pis) });
  const known = pis.map((pi, at): KnownPi => {
    const name = plainText(diskTitle(names[at] ?? pi.title), MAX_NAME);
    return { pi, preferences: store.of(pi, pis), name };
  });
  const warnings = store.warning === null ? [] : [store.warning];
  const problem = trouble === null ? null : problemWith(library.folder, trouble);
  const is = trouble === null ? 'ready' : 'unreachable';
  return { is, problem, library, pis: known, checks: newest(checks, fresh), warnings };
}

function newest(kept: CheckRecords, fresh: CheckRecords): CheckRecords {
  const all = new Map(kept);
  for (const [key, record] of fresh) {
    const known = all.get(key);
    if (!known || Date.parse(known.at) < Date.parse(record.at)) all.set(key, record);
  }
  return all;
}

function problemWith(folder: string, trouble: string): ShelfState['problem'] {
  return {
    code: 'DESTINATION_MISSING',
    title: say`The library cannot be reached`,
    message: plainText(say`${folder}: ${trouble}.`, 1000),
    next: say`Connect the disk or server that it is on. What is shown was there before.`,
  };
}

/** A library that cannot be read has nothing to offer here; a backup into it says what is wrong. */
async function orNone<T>(looking: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await looking;
  } catch {
    return [];
  }
}
