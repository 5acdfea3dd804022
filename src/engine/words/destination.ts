/** Words about the place where the image goes. */

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
    title: 'The destination does not exist',
    message: `There is no such folder: ${path}.`,
    next: 'Create the folder, connect its drive, or name another one. A new file’s name must end in “.img” and its folder must exist.',
  }),
  DESTINATION_NOT_WRITABLE: ({ path, errno }) => ({
    title: 'The destination cannot be written',
    message: `PiKeep cannot create files in ${path}: ${errnoWords(errno)}.`,
    next: 'Give your user account write permission for that folder, or choose another one.',
  }),
  DESTINATION_TOO_SMALL: ({ path, neededBytes, freeBytes }) => ({
    title: 'Not enough free space',
    message: `${formatBytes(neededBytes)} may be needed, and ${path} has ${formatBytes(freeBytes)} free.`,
    next: 'Free some space there, or choose a folder on a larger disk.',
  }),
  DESTINATION_FILE_LIMIT: ({ path, fileSystem, limitBytes, neededBytes }) => ({
    title: 'The destination cannot hold a file this large',
    message: `The image has ${formatBytes(neededBytes)}, but a file on ${path} (${fileSystem}) can have ${formatBytes(limitBytes)} at most.`,
    next: 'Choose a folder on another disk, or format that drive as APFS, exFAT or ext4; formatting erases it.',
  }),
  DESTINATION_ON_CARD: ({ path, disk }) => ({
    title: 'The destination is on the card itself',
    message: `${path} lies on ${disk}, the very card that is to be read.`,
    next: 'Choose a folder on your computer or on another drive.',
  }),
  DESTINATION_EXISTS: ({ path }) => ({
    title: 'This file exists already',
    message: `${path} is there already, and PiKeep never overwrites a file.`,
    next: 'Give another name or another folder. A backup that is given only a folder gets a dated name of its own.',
  }),
  DESTINATION_FULL: ({ path }) => ({
    title: 'The destination ran full',
    message: `There was no space left while ${path} was being written.`,
    next: 'Free some space and continue: what is proven of a backup is kept. On another disk it begins anew.',
  }),
  DESTINATION_FAILED: ({ path, errno }) => ({
    title: 'The destination stopped working',
    message: `Writing or checking ${path} failed: ${errnoWords(errno)}.`,
    next: GONE.has(errno)
      ? 'Connect the drive or the network volume again, and then continue: what is proven of a backup is kept there.'
      : 'Check the drive and its cable or the network connection, and then continue: what is proven of a backup is kept there. If it fails again, choose another disk.',
  }),
};
