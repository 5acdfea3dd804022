/** Looks at the disks whenever something may have changed, and tells the desk what is there. */

import { asPiKeepError } from '../engine/errors.ts';
import { tellUnproven } from '../library/unproven.ts';
import type { Closable, Platform } from '../platform/ports.ts';
import type { Settings } from '../platform/settings.ts';
import type { Clock } from './clock.ts';
import { LibraryDisks } from './library-disks.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { watchSleep } from './sleep-watch.ts';
import type { DeskInput } from './state.ts';

export interface LookoutOptions {
  readonly platform: Pick<Platform, 'disks' | 'volumes'>;
  readonly clock: Clock;
  /** What the user has set, now. */
  readonly settings: () => Settings;
  /** Which restores were never proven is known there. */
  readonly recordsFolder: string;
  readonly allowDiskImage: boolean;
  readonly apply: (input: DeskInput) => void;
}

/** After a failed look nothing may ever wake us again, so we try by ourselves. */
const RETRY_MS = 5000;

export class Lookout {
  /** Resolves when a look that began after the call has been told to the desk. Never rejects. */
  readonly look: () => Promise<void>;
  readonly #options: LookoutOptions;
  readonly #watch: Closable;
  readonly #ignoreSleep: () => void;
  readonly #closed = new AbortController();
  readonly #libraryDisks: LibraryDisks;
  #callOff: (() => void) | null = null;

  constructor(options: LookoutOptions) {
    this.#options = options;
    this.#libraryDisks = new LibraryDisks(options.platform.volumes);
    this.look = oneAtATime(() => this.#look());
    this.#watch = options.platform.disks.watch(() => void this.look());
    // Cards may have gone and come while nobody watched.
    this.#ignoreSleep = watchSleep(options.clock, () => void this.look());
    void this.look();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#callOff?.();
    this.#ignoreSleep();
    await this.#watch.close();
    await this.look();
  }

  async #look(): Promise<void> {
    const { signal } = this.#closed;
    if (signal.aborted) return;
    const { platform, settings, recordsFolder, allowDiskImage, apply, clock } = this.#options;
    this.#callOff?.();
    this.#callOff = null;
    try {
      const disks = await tellUnproven(await platform.disks.list(signal), recordsFolder);
      const { library, showOtherExternal: allowOtherExternal, neverTouch } = settings();
      const destinationDisks = await this.#libraryDisks.of(library, signal);
      const keys = neverTouch.map(({ key }) => key);
      const context = { destinationDisks, allowDiskImage, allowOtherExternal, neverTouch: keys };
      if (signal.aborted) return;
      apply({ input: 'ticked', now: clock.wall() });
      apply({ input: 'listed', disks, context });
    } catch (error) {
      if (signal.aborted) return;
      apply({ input: 'unlistable', error: asPiKeepError(error) });
      this.#callOff = clock.after(RETRY_MS, () => void this.look());
    }
  }
}
