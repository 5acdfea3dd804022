/** The desk's view of time, so that tests can move it. */

export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Milliseconds since 1970, by a clock that the user can set. */
  wall(): number;
  /** Runs `action` once after so many milliseconds; the returned function calls it off. */
  after(milliseconds: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};
