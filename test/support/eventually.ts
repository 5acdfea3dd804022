/** Waiting for something that happens elsewhere, with a deadline and the last state in the error. */

import { setTimeout as delay } from 'node:timers/promises';

/** Resolves as soon as `look` answers true. Rejects after `limitMs`, saying what was waited for. */
export async function eventually(
  what: string,
  look: () => Promise<boolean> | boolean,
  limitMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await delay(20);
  }
}
