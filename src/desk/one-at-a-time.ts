/** Lets work that must not overlap with itself be asked for at any time. */

/**
 * The returned function resolves when a run that began after the call has ended; calls during a run share the next one.
 * `work` must not reject.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  return function request(): Promise<void> {
    if (running === null) {
      running = work().finally(() => {
        running = null;
      });
      return running;
    }
    next ??= running.then(() => {
      next = null;
      return request();
    });
    return next;
  };
}
