import { setTimeout as delay } from 'node:timers/promises';
import { throwIfInterrupted } from '../../engine/errors.ts';

/** Waits; throws INTERRUPTED as soon as the signal fires. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    throwIfInterrupted(signal);
    throw error;
  }
}
