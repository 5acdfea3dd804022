/** Keeps that a card was opened on this Mac: from then on nobody needs to be told what the system will ask. */

import type { SettingsStore } from '../platform/settings.ts';
import { isFirstOpened } from './first-time.ts';
import type { DeskState } from './state.ts';

export class FirstCard {
  readonly #settings: SettingsStore;
  readonly #changed: () => void;
  #isNoted = false;

  constructor(settings: SettingsStore, changed: () => void) {
    this.#settings = settings;
    this.#changed = changed;
  }

  /** To be called after every change. */
  follow(state: DeskState): void {
    if (this.#isNoted || !isFirstOpened(state)) return;
    this.#isNoted = true;
    // Where nothing can be kept, the next start tells it again.
    this.#settings.update({ cardOpened: true }).then(this.#changed, () => undefined);
  }
}
