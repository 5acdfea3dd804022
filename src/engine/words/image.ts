/** Words about images and what is known of them. */

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
    title: 'The image is not what was read from the card',
    message: `${path} differs in ${ranges === 1 ? 'one range' : `${ranges} ranges`}, ${formatBytes(bytes)} together, first at ${formatBytes(offset)}.`,
    next: 'Do not rely on this image. Make a new backup, best on another disk; if that differs too, the disk, its cable or the computer’s memory is faulty.',
  }),
  NO_SUCH_IMAGE: ({ path }) => ({
    title: 'No such image',
    message: `There is no image file at ${path}.`,
    next: 'Check the name; backups end in “.img” and lie in your PiKeep folder.',
  }),
  NOT_AN_IMAGE: ({ path, what }) => ({
    title: 'This is not an image of a card',
    message: `${path} cannot be restored: it is ${what}.`,
    next: 'Choose a backup, or an image ending in “.img”, “.img.gz”, “.img.zst”, “.img.xz” or “.zip”. If it was downloaded, download it once more.',
  }),
  IMAGE_DAMAGED: ({ path, detail }) => ({
    title: 'The image is damaged',
    message: `${path} is not as it was written: ${detail}.`,
    next: 'Do not rely on this image. If there is another copy of it, verify that one; else make a new backup of the card.',
  }),
  NEEDS_UNPACKING: ({ path, packedBytes }) => ({
    title: 'This image has to be unpacked first',
    message: `Files cannot be read from the middle of ${path} (${formatBytes(packedBytes)}), because it was packed by another program.`,
    next: 'Give “--unpack”: it is unpacked once to a file in your cache folder, which “pikeep doctor --clear-cache” removes.',
  }),
  NO_SUCH_FILE: ({ path, what }) => ({
    title: `No such ${what} on the card`,
    message: `There is no ${what} ${path} in this partition.`,
    next: 'List the folder above it with "pikeep ls". Capital letters count, and letters that cannot be shown are written as \\xNN.',
  }),
  FILE_DAMAGED: ({ path, detail }) => ({
    title: 'This file cannot be read',
    message: `${path} cannot be read, because ${detail}.`,
    next: 'The file system was damaged when the backup was made; other files may be whole. Look for this one in an older backup.',
  }),
  MANIFEST_MISSING: ({ path }) => ({
    title: 'Nothing says what this image should contain',
    message: `The file ${path}, which holds the checksums of the image, is not there.`,
    next: 'Put it back beside its image. An image without it can be used, but not verified.',
  }),
  MANIFEST_INVALID: ({ path, detail }) => ({
    title: 'The image’s description is damaged',
    message: `${path} cannot be understood: ${detail}`,
    next: 'Restore that file from a copy, or make a new backup of the card.',
  }),
};
