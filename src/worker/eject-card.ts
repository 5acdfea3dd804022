/** Ejecting when everything else is done. */

import type { Disk } from '../engine/disk.ts';
import { asPiKeepError } from '../engine/errors.ts';
import { explain } from '../engine/explain.ts';
import type { Platform } from '../platform/ports.ts';
import type { TaskContext } from './task-context.ts';

/** The work is done and proven by now; a card that will not eject is worth a warning, not a failure. */
export async function ejectCard(
  platform: Platform,
  disk: Disk,
  context: TaskContext,
): Promise<boolean> {
  try {
    await platform.actions.eject(disk);
    return true;
  } catch (error) {
    const { title, message } = explain(asPiKeepError(error));
    context.warn(asPiKeepError(error).code, `${title}. ${message}`);
    return false;
  }
}
