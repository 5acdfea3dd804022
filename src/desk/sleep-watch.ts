/** Notices that the computer has slept, where nobody else tells. */

import type { Clock } from './clock.ts';

/** Milliseconds between two looks at the clock: seldom enough to cost nothing. */
const TICK_MS = 30_000;
/** So much later than it should be is no busy moment any more. */
const GAP_MS = 15_000;

/** Calls `onWake` when a timer or the wall clock was late; the returned function ends it. */
export function watchSleep(clock: Clock, onWake: () => void): () => void {
  let tickedAt = clock.now();
  let wallAt = clock.wall();
  let callOff = clock.after(TICK_MS, tick);

  function tick(): void {
    const passed = clock.now() - tickedAt;
    const wallPassed = clock.wall() - wallAt;
    tickedAt += passed;
    wallAt += wallPassed;
    callOff = clock.after(TICK_MS, tick);
    // During sleep one of the two clocks may stand still.
    if (Math.max(passed, wallPassed) > TICK_MS + GAP_MS) onWake();
  }

  return () => callOff();
}
