/** The task that the worker gets for one card. */

import { type Disk, weakIdentity } from '../engine/disk.ts';
import type { BackupTask } from '../worker/tasks.ts';
import type { Session } from './session.ts';
import { sourceOf } from './work.ts';

/** `disk` as it was when the user (or the watch) chose it: another card behind the same name is refused. */
export function backupTask(
  session: Session,
  disk: Disk,
  how: Pick<BackupTask, 'destination' | 'format' | 'wholeCard' | 'fullHash' | 'verify'> &
    Partial<Pick<BackupTask, 'forceUnmount' | 'ejectWhenDone' | 'rescueMinutes' | 'continueFrom'>>,
): BackupTask {
  const identity = weakIdentity(disk);
  const { ejectWhenDone } = session.settings.current;
  return {
    task: 'backup',
    disk: disk.id,
    expected: { ...identity, partitions: [...identity.partitions] },
    source: sourceOf(session),
    forceUnmount: false,
    ejectWhenDone,
    ...how,
  };
}
