/** Runs one task in a worker, with its progress and warnings on the printer and the computer kept awake. */

import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { openAuthorizer } from '../platform/authorizer.ts';
import type { Progress } from '../worker/progress.ts';
import { recordedRun } from '../worker/recorded-run.ts';
import { type ResultOf, runTask } from '../worker/run-task.ts';
import { startNodeWorker } from '../worker/start-node-worker.ts';
import type { Task } from '../worker/tasks.ts';
import type { Facts } from './printer.ts';
import type { Session } from './session.ts';
import { WaitLines } from './wait-lines.ts';

/** `facts` go with everything that is told. Throws what the task failed with; INTERRUPTED when the session was interrupted. */
export async function work<T extends Task>(
  session: Session,
  task: T,
  facts: Facts = {},
  onProgress?: (progress: Progress) => void,
): Promise<ResultOf<T>> {
  const { platform, printer, signal, keepOnAbort, log } = session;
  const waits = new WaitLines(printer, facts);
  const authorizer = await openAuthorizer(platform);
  const awake = platform.desktop.keepAwake(`PiKeep: ${task.task}`);
  try {
    return await recordedRun(runTask, log)(task, {
      startWorker: startNodeWorker,
      authorizer,
      signal,
      keepOnAbort,
      onHeld: (held) => waits.full(held),
      onStall: (stall) => waits.stalled(stall),
      onPlan: (plan) => printer.plan(plan, facts),
      onProgress: (progress) => {
        onProgress?.(progress);
        printer.progress(progress, facts);
      },
      onWarning: ({ code, text }) => printer.warning(code, text, facts),
    });
  } catch (error) {
    const isKept = isPiKeepError(error, 'INTERRUPTED') && task.task === 'backup' && keepOnAbort();
    throw isKept ? new PiKeepError('INTERRUPTED', { kept: true }, { cause: error }) : error;
  } finally {
    awake.release();
  }
}

/** The part of every task that says which disks there are and how they may be opened. */
export function sourceOf({ options, settings }: Session): {
  slot: string | null;
  allowDiskImage: boolean;
  allowOtherExternal: boolean;
  neverTouch: string[];
  door: 'direct' | 'authopen' | 'helper' | null;
} {
  const { slot, allowDiskImage, door } = options;
  const { showOtherExternal: allowOtherExternal, neverTouch } = settings.current;
  const keys = neverTouch.map(({ key }) => key);
  return { slot, allowDiskImage, allowOtherExternal, neverTouch: keys, door };
}
