/** Many signals that something changed become one call, soon, and never none. */

const QUIET_MS = 200;
const LATEST_MS = 1000;

export interface SettledCalls {
  /** Something changed. */
  signal(): void;
  /** No call follows after this. */
  stop(): void;
}

/** Calls `call` once signals have been quiet for a fifth of a second, and at least once a second while they are not. */
export function settleCalls(call: () => void): SettledCalls {
  let timer: NodeJS.Timeout | null = null;
  let firstAt = 0;
  let stopped = false;
  const fire = () => {
    timer = null;
    call();
  };
  return {
    signal() {
      if (stopped) return;
      const now = performance.now();
      if (timer) clearTimeout(timer);
      else firstAt = now;
      timer = setTimeout(fire, Math.max(0, Math.min(QUIET_MS, firstAt + LATEST_MS - now)));
    },
    stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
