/**
 * Has a worker look into cards of which there are backups, one after the other, to say what changed on them since. Only
 * where that raises no dialog: macOS asks the user about an app that opens a removable disk, and asks only once for ever.
 */

import type { SurveyResult } from '../worker/restore-results.ts';
import { type Inside, nextLook } from './inside.ts';
import type { DeskInput, DeskState, SeenDisk } from './state.ts';

export interface LookInsideOptions {
  readonly surveyor: {
    look(image: string, seen: SeenDisk, signal: AbortSignal): Promise<SurveyResult>;
  };
  readonly state: () => DeskState;
  readonly apply: (input: DeskInput) => void;
}

export class LookInside {
  readonly #options: LookInsideOptions;
  readonly #closing = new AbortController();
  #running: { of: string; card: string; controller: AbortController; ended: Promise<void> } | null =
    null;

  constructor(options: LookInsideOptions) {
    this.#options = options;
  }

  /** To be called after every change of the state: begins what is wanted now, and ends what is not any more. */
  follow(): void {
    if (this.#closing.signal.aborted) return;
    const wanted = nextLook(this.#options.state());
    if (this.#running !== null) {
      const { of, card, controller } = this.#running;
      if (wanted?.of !== of || wanted.seen.key !== card) controller.abort();
      return;
    }
    if (wanted === null) return;
    const { of, image, seen } = wanted;
    const controller = new AbortController();
    const ended = this.#look(of, image, seen, controller.signal).finally(() => {
      this.#running = null;
      this.follow();
    });
    this.#running = { of, card: seen.key, controller, ended };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#running?.controller.abort();
    await this.#running?.ended;
  }

  async #look(of: string, image: string, seen: SeenDisk, signal: AbortSignal): Promise<void> {
    const { surveyor, apply } = this.#options;
    const lastBackup: Inside['lastBackup'] = await surveyor.look(image, seen, signal).then(
      ({ target }) => target.lastBackup,
      // Nobody asked; where it cannot be read, nothing is said. A backup says why.
      () => null,
    );
    if (!signal.aborted) apply({ input: 'looked-inside', card: seen.key, of, lastBackup });
  }
}
