/** Words about images and what is known of them. */

import { say, sayCount } from '../../language/say.ts';
import { sayAgain } from '../../language/say-again.ts';
import { formatBytes } from '../format.ts';
import type { Words } from './words.ts';

export type ImageCode =
  | 'VERIFY_DIFFERS'
  | 'NO_SUCH_IMAGE'
  | 'NOT_AN_IMAGE'
  | 'IMAGE_DAMAGED'
  | 'NEEDS_UNPACKING'
  | 'NO_SUCH_FILE'
  | 'FILE_DAMAGED'
  | 'MANIFEST_MISSING'
  | 'MANIFEST_INVALID';

export const imageWords: Words<ImageCode> = {
  VERIFY_DIFFERS: ({ path, offset, bytes, ranges }) => ({
    title: say`The image is not what was read from the card`,
    message: sayCount(
      ranges,
      '{0} differs in one range, {1} together, first at {2}.',
      '{0} differs in {n} ranges, {1} together, first at {2}.',
      path,
      formatBytes(bytes),
      formatBytes(offset),
    ),
    next: say`Do not rely on this image. Make a new backup, best on another disk; if that differs too, the disk, its cable or the computer’s memory is faulty.`,
  }),
  NO_SUCH_IMAGE: ({ path }) => ({
    title: say`No such image`,
    message: say`There is no image file at ${path}.`,
    next: say`Check the name; backups end in “.img” and lie in your PiKeep folder.`,
  }),
  NOT_AN_IMAGE: ({ path, what }) => ({
    title: say`This is not an image of a card`,
    message: say`${path} cannot be restored: it is ${sayAgain(what)}.`,
    next: say`Choose a backup, or an image ending in “.img”, “.img.gz”, “.img.zst”, “.img.xz” or “.zip”. If it was downloaded, download it once more.`,
  }),
  IMAGE_DAMAGED: ({ path, detail }) => ({
    title: say`The image is damaged`,
    message: say`${path} is not as it was written: ${sayAgain(detail)}.`,
    next: say`Do not rely on this image. If there is another copy of it, verify that one; else make a new backup of the card.`,
  }),
  NEEDS_UNPACKING: ({ path, packedBytes }) => ({
    title: say`This image has to be unpacked first`,
    message: say`Files cannot be read from the middle of ${path} (${formatBytes(packedBytes)}), because it was packed by another program.`,
    next: say`Give “--unpack”: it is unpacked once to a file in your cache folder, which “pikeep doctor --clear-cache” removes.`,
  }),
  NO_SUCH_FILE: ({ path, what }) => ({
    ...missing(what, path),
    next: say`List the folder above it with "pikeep ls". Capital letters count, and letters that cannot be shown are written as \\xNN.`,
  }),
  FILE_DAMAGED: ({ path, detail }) => ({
    title: say`This file cannot be read`,
    message: say`${path} cannot be read, because ${sayAgain(detail)}.`,
    next: say`The file system was damaged when the backup was made; other files may be whole. Look for this one in an older backup.`,
  }),
  MANIFEST_MISSING: ({ path }) => ({
    title: say`Nothing says what this image should contain`,
    message: say`The file ${path}, which holds the checksums of the image, is not there.`,
    next: say`Put it back beside its image. An image without it can be used, but not verified.`,
  }),
  MANIFEST_INVALID: ({ path, detail }) => ({
    title: say`The image’s description is damaged`,
    message: say`${path} cannot be understood: ${sayAgain(detail)}`,
    next: say`Restore that file from a copy, or make a new backup of the card.`,
  }),
};

function missing(
  what: 'file' | 'folder' | 'link',
  path: string,
): { title: string; message: string } {
  switch (what) {
    case 'file':
      return {
        title: say`No such file on the card`,
        message: say`There is no file ${path} in this partition.`,
      };
    case 'folder':
      return {
        title: say`No such folder on the card`,
        message: say`There is no folder ${path} in this partition.`,
      };
    case 'link':
      return {
        title: say`No such link on the card`,
        message: say`There is no link ${path} in this partition.`,
      };
  }
}
