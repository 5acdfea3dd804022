/** Asks the owner for a right: only the process with the windows may show the system's dialog. */

import { PiKeepError } from '../engine/errors.ts';
import type { Authorizer } from '../platform/ports.ts';
import { errorFromMessage } from './error-message.ts';
import type { ToWorker } from './protocol.ts';

type Answer = Extract<ToWorker, { message: 'authorized' }>;

export class RemoteAuthorizer implements Authorizer {
  readonly #ask: (right: string, prompt: string) => void;
  #waiting: { resolve: (form: Uint8Array) => void; reject: (error: PiKeepError) => void } | null =
    null;

  constructor(ask: (right: string, prompt: string) => void) {
    this.#ask = ask;
  }

  authorize(right: string, prompt: string): Promise<Uint8Array> {
    if (this.#waiting) {
      return Promise.reject(new PiKeepError('INTERNAL', { detail: 'two dialogs at once' }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#ask(right, prompt);
    });
  }

  answer(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (answer.form !== null) waiting?.resolve(Uint8Array.from(Buffer.from(answer.form, 'hex')));
    else waiting?.reject(errorFromMessage(answer.error));
  }
}
