/** Requests to a device or a file that have not ended yet: whoever closes it waits for them. */

export class InFlight {
  readonly #requests = new Set<Promise<unknown>>();

  /** Comes to what the request comes to, and counts it until then. */
  async track<Answer>(request: Promise<Answer>): Promise<Answer> {
    this.#requests.add(request);
    try {
      return await request;
    } finally {
      this.#requests.delete(request);
    }
  }

  /** Resolves when all that are under way now have ended, well or not. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#requests);
  }
}
