/** Unmounting and ejecting through `diskutil`, which a user may do with a removable disk without any password. */

import type { Disk } from '../../engine/disk.ts';
import { PiKeepError } from '../../engine/errors.ts';
import type { DiskActions } from '../ports.ts';
import { type RunResult, run } from '../run.ts';
import { isWholeDisk } from './disk-names.ts';
import { findHolder } from './dissenter.ts';
import { pause } from './pause.ts';
import type { MacPlaces } from './tools.ts';

/** Times in milliseconds. */
export interface ActionTimes {
  /** How long to go on trying; Spotlight lets go within seconds. */
  readonly retry: number;
  readonly pause: number;
  /** For one run of `diskutil`: an unmount can answer late and still succeed. */
  readonly timeout: number;
}

export const actionTimes: ActionTimes = { retry: 8000, pause: 700, timeout: 60_000 };

export function createDiskActions(
  places: MacPlaces,
  times: ActionTimes = actionTimes,
): DiskActions {
  const { diskutil } = places.tools;

  async function persist(
    args: readonly string[],
    signal: AbortSignal | undefined,
    between?: () => Promise<unknown>,
  ): Promise<RunResult> {
    const deadline = performance.now() + times.retry;
    for (;;) {
      const result = await run(diskutil, args, { signal, timeoutMs: times.timeout });
      if (result.status === 0 || performance.now() + times.pause > deadline) return result;
      await pause(times.pause, signal);
      await between?.();
    }
  }

  return {
    async unmount(disk, { force, signal }) {
      // `diskutil unmountDisk [force] disk4` (man diskutil): every volume of the disk; nothing to unmount is a success.
      const args = ['unmountDisk', ...(force ? ['force'] : []), idOf(disk)];
      const result = await persist(args, signal);
      if (result.status !== 0) throw refused('UNMOUNT_REFUSED', disk, result);
    },

    async eject(disk, { signal } = {}) {
      const id = idOf(disk);
      // macOS looks at a card again when whoever wrote it has closed it, and mounts it: before, during or after a first eject,
      // which then meets a dissenter. Waiting beforehand would only guess; what is refused is tried again after an unmount.
      const unmountAgain = () =>
        run(diskutil, ['unmountDisk', id], { signal, timeoutMs: times.timeout });
      const result = await persist(['eject', id], signal, unmountAgain);
      if (result.status !== 0) throw refused('EJECT_REFUSED', disk, result);
    },
  };
}

function idOf(disk: Disk): string {
  if (isWholeDisk(disk.id)) return disk.id;
  throw new PiKeepError('INTERNAL', { detail: `not a disk of macOS: ${disk.id}` });
}

/** The texts come on either stream, depending on the version. */
function refused(
  code: 'UNMOUNT_REFUSED' | 'EJECT_REFUSED',
  disk: Disk,
  result: RunResult,
): PiKeepError {
  const text = `${result.stdout}\n${result.stderr}`;
  const cause = new Error(text.trim() || `diskutil ended with status ${result.status}`);
  return new PiKeepError(code, { disk: disk.id, holder: findHolder(text) }, { cause });
}
