/** Marking disks “never touch”, and taking the mark away. Pure. */

import type { Disk } from '../engine/disk.ts';
import { diskKeys } from '../engine/disk-key.ts';
import { PiKeepError } from '../engine/errors.ts';
import { say } from '../language/say.ts';
import type { Settings } from '../platform/settings.ts';
import { MAX_NEVER_TOUCH } from '../worker/tasks.ts';

type Marks = Settings['neverTouch'];

/** Every key of the disk is marked. Throws UNSUPPORTED for a disk that has none, and when the list is full. */
export function markDisk(marks: Marks, disk: Disk, name: string): Marks {
  const keys = diskKeys(disk);
  if (keys.length === 0) {
    const what = say`marking a disk that has no identifier it could be recognised by`;
    throw new PiKeepError('UNSUPPORTED', { what });
  }
  const added = keys.filter((key) => !marks.some((mark) => mark.key === key));
  if (marks.length + added.length > MAX_NEVER_TOUCH) {
    const what = say`marking more disks, because the list is full`;
    throw new PiKeepError('UNSUPPORTED', { what });
  }
  return [...marks, ...added.map((key) => ({ key, name }))];
}

/** All marks of the disks that have this key; of a disk that is not there only this one. */
export function unmarkDisk(marks: Marks, key: string, disks: readonly Disk[]): Marks {
  const gone = new Set([key]);
  for (const keys of disks.map(diskKeys)) {
    if (keys.includes(key)) for (const other of keys) gone.add(other);
  }
  return marks.filter((mark) => !gone.has(mark.key));
}
