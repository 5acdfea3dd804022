/** Ctrl-C and its relatives: the first asks the work to stop and clean up, the second ends everything at once. */

import { PiKeepError } from '../engine/errors.ts';
import { exitCodes } from './exit-code.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops listening; the signals have their usual effect again. */
  release(): void;
}

export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const onSignal = (): void => {
    // The worker ends by itself as soon as its channel to us closes.
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new PiKeepError('INTERRUPTED', {}));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
