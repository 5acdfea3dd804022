/** The system as the helper sees it on macOS. */

import { constants, lstatSync, type Stats } from 'node:fs';
import type { Disk } from '../engine/disk.ts';
import { MacDiskList } from '../platform/macos/disk-list.ts';
import { systemPlaces } from '../platform/macos/tools.ts';
import type { HelperWorld } from './world.ts';

/** `man 2 open` on macOS: takes an exclusive lock with the open. Node does not name it. */
const O_EXLOCK = 0x20;

export function macosWorld(): HelperWorld {
  const disks = new MacDiskList(systemPlaces);
  const flags = constants.O_NOFOLLOW | constants.O_NONBLOCK | O_EXLOCK;
  return {
    openFlags: constants.O_RDONLY | flags,
    // An exclusive reader is in the way of every other open, its own holder's too (IOStorageFamily's access table).
    writing: { flags: constants.O_RDWR | flags },
    list: () => disks.list(),
    isDisk,
    // `diskutil` does not name the file behind an image, so there is nobody to compare with: never granted.
    ownsImage: () => Promise.resolve(false),
  };
}

/** Only the kernel makes nodes in /dev (devfs), so a node's name and number cannot disagree; the numbers are compared. */
function isDisk(held: Stats, disk: Disk): boolean {
  return [disk.path, disk.rawPath].some((path) => {
    const listed = lstatSync(path, { throwIfNoEntry: false });
    if (listed?.rdev !== held.rdev) return false;
    return held.isBlockDevice() ? listed.isBlockDevice() : listed.isCharacterDevice();
  });
}
