/** Waiting for a volume only so long: a disk that sleeps, a server that is gone. */

import { throwIfInterrupted } from '../engine/errors.ts';

/** What a wait ends with when the system did not answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for one question to the system. */
  readonly patienceMs: number;
}

/**
 * Resolves as `work` does. Rejects with NoAnswer after the patience, with INTERRUPTED when the signal fires; the question itself
 * cannot be taken back, and what it comes to is then ignored.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { signal, patienceMs }: Patience,
): Promise<T> {
  throwIfInterrupted(signal);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new NoAnswer()), patienceMs);
  const interrupt = (): void => {
    try {
      throwIfInterrupted(signal);
    } catch (error) {
      reject(error);
    }
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([work(), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  }
}
