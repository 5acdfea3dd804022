/**
 * Ctrl-C and its relatives: the first asks the work to stop and clean up, the second ends everything at once. Ctrl-C says that
 * somebody does not want it any more; the others come with a log-out or a shutdown, and what is done is kept.
 */

import { PiKeepError } from '../engine/errors.ts';
import { exitCodes } from './exit-code.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** After the signal has fired: what backups have done stays on the disk, to be continued. */
  readonly keepOnAbort: () => boolean;
  /** Stops listening; the signals have their usual effect again. */
  release(): void;
}

export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let keeps = false;
  const onSignal = (name: NodeJS.Signals): void => {
    // The worker ends by itself as soon as its channel to us closes.
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    keeps = name !== 'SIGINT';
    controller.abort(new PiKeepError('INTERRUPTED', {}));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    keepOnAbort: () => keeps,
    release() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
