/** The questions of the panel's page that are still to be answered: which one a page drops, and who is gone. */

import type { IpcMainInvokeEvent, WebContents } from 'electron';

export class Questions {
  readonly #asked = new Map<WebContents, Map<string, AbortController>>();

  /** Looks for an answer; the signal fires when its page drops it or has gone. */
  async answer<T>(
    { sender }: Pick<IpcMainInvokeEvent, 'sender'>,
    number: unknown,
    look: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const own = this.#of(sender);
    const key = String(number);
    const controller = new AbortController();
    own.get(key)?.abort();
    own.set(key, controller);
    try {
      return await look(controller.signal);
    } finally {
      if (own.get(key) === controller) own.delete(key);
    }
  }

  drop(sender: WebContents, number: unknown): void {
    this.#asked.get(sender)?.get(String(number))?.abort();
  }

  /** To be called when a page has been loaded: nobody waits any more for what the one before it has asked. */
  dropAll(sender: WebContents): void {
    for (const controller of this.#asked.get(sender)?.values() ?? []) controller.abort();
  }

  #of(sender: WebContents): Map<string, AbortController> {
    const known = this.#asked.get(sender);
    if (known) return known;
    const own = new Map<string, AbortController>();
    this.#asked.set(sender, own);
    sender.on('render-process-gone', () => this.dropAll(sender));
    sender.once('destroyed', () => {
      this.dropAll(sender);
      this.#asked.delete(sender);
    });
    return own;
  }
}
