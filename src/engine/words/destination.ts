/** Words about the place where the image goes. */

import { say } from '../../language/say.ts';
import { formatBytes } from '../format.ts';
import { errnoWords } from './errno.ts';
import type { Words } from './words.ts';

export type DestinationCode =
  | 'DESTINATION_MISSING'
  | 'DESTINATION_NOT_WRITABLE'
  | 'DESTINATION_TOO_SMALL'
  | 'DESTINATION_FILE_LIMIT'
  | 'DESTINATION_ON_CARD'
  | 'DESTINATION_EXISTS'
  | 'DESTINATION_FULL'
  | 'DESTINATION_FAILED';

/** What a drive that was pulled out answers, or a server that cannot be reached any more. */
const GONE = new Set([
  'ENXIO',
  'ENODEV',
  'ENOTCONN',
  'ESTALE',
  'ENOENT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENOTDIR',
  'ETIMEDOUT',
]);

export const destinationWords: Words<DestinationCode> = {
  DESTINATION_MISSING: ({ path }) => ({
    title: say`The destination does not exist`,
    message: say`There is no such folder: ${path}.`,
    next: say`Create the folder, connect its drive, or name another one. A new file’s name must end in “.img” and its folder must exist.`,
  }),
  DESTINATION_NOT_WRITABLE: ({ path, errno }) => ({
    title: say`The destination cannot be written`,
    message: say`PiKeep cannot create files in ${path}: ${errnoWords(errno)}.`,
    next: say`Give your user account write permission for that folder, or choose another one.`,
  }),
  DESTINATION_TOO_SMALL: ({ path, neededBytes, freeBytes }) => ({
    title: say`Not enough free space`,
    message: say`${formatBytes(neededBytes)} may be needed, and ${path} has ${formatBytes(freeBytes)} free.`,
    next: say`Free some space there, or choose a folder on a larger disk.`,
  }),
  DESTINATION_FILE_LIMIT: ({ path, fileSystem, limitBytes, neededBytes }) => ({
    title: say`The destination cannot hold a file this large`,
    message: say`The image has ${formatBytes(neededBytes)}, but a file on ${path} (${fileSystem}) can have ${formatBytes(limitBytes)} at most.`,
    next: say`Choose a folder on another disk, or format that drive as APFS, exFAT or ext4; formatting erases it.`,
  }),
  DESTINATION_ON_CARD: ({ path, disk }) => ({
    title: say`The destination is on the card itself`,
    message: say`${path} lies on ${disk}, the very card that is to be read.`,
    next: say`Choose a folder on your computer or on another drive.`,
  }),
  DESTINATION_EXISTS: ({ path }) => ({
    title: say`This file exists already`,
    message: say`${path} is there already, and PiKeep never overwrites a file.`,
    next: say`Give another name or another folder. A backup that is given only a folder gets a dated name of its own.`,
  }),
  DESTINATION_FULL: ({ path }) => ({
    title: say`The destination ran full`,
    message: say`There was no space left while ${path} was being written.`,
    next: say`Free some space and continue: what is proven of a backup is kept. On another disk it begins anew.`,
  }),
  DESTINATION_FAILED: ({ path, errno }) => ({
    title: say`The destination stopped working`,
    message: say`Writing or checking ${path} failed: ${errnoWords(errno)}.`,
    next: GONE.has(errno)
      ? say`Connect the drive or the network volume again, and then continue: what is proven of a backup is kept there.`
      : say`Check the drive and its cable or the network connection, and then continue: what is proven of a backup is kept there. If it fails again, choose another disk.`,
  }),
};
