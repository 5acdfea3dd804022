/** How a disk is recognised for the "never touch" list: by what stays with it, never by its device number. */

import type { Disk } from './disk.ts';

/**
 * Every key the disk answers to. One that matches is enough, so that a disk stays protected when a part of it changes; an
 * identifier is never made of sizes alone, which belong to many cards.
 */
export function diskKeys(disk: Disk): readonly string[] {
  const keys: string[] = [];
  if (disk.diskUuid !== null) keys.push(`disk ${disk.diskUuid.toLowerCase()}`);
  if (disk.tableId !== null) keys.push(`table ${disk.tableId.toLowerCase()}`);
  for (const { uuid } of disk.partitions) {
    if (uuid !== null) keys.push(`file system ${uuid.toLowerCase()}`);
  }
  return keys;
}
