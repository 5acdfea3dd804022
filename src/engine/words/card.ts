/** Words about the card itself: which one, may it be touched, is it still there, can it be read. */

import { say, sayCount } from '../../language/say.ts';
import { sayAgain } from '../../language/say-again.ts';
import { formatBytes } from '../format.ts';
import { errnoWords } from './errno.ts';
import { refusalWords } from './refusal.ts';
import type { Words } from './words.ts';

export type CardCode =
  | 'NO_SUCH_DISK'
  | 'NOT_A_CARD'
  | 'PROTECTED_DISK'
  | 'IDENTITY_CHANGED'
  | 'JOB_EXISTS'
  | 'UNMOUNT_REFUSED'
  | 'EJECT_REFUSED'
  | 'DEVICE_BUSY'
  | 'DEVICE_GONE'
  | 'READ_FAILED'
  | 'SIZE_CHANGED'
  | 'CARD_UNRELIABLE'
  | 'CARD_DIFFERS'
  | 'OTHER_CARD'
  | 'CARD_CHANGED'
  | 'NOTHING_TO_CONTINUE';

export const cardWords: Words<CardCode> = {
  NO_SUCH_DISK: ({ disk }) => ({
    title: say`No such disk`,
    message: say`There is no disk called “${disk}” now.`,
    next: say`Put the card in, and pick one of the names that “pikeep list” shows.`,
  }),
  NOT_A_CARD: ({ disk, reason }) => ({
    title: say`This is not a card`,
    message: say`PiKeep does not treat ${disk} as a card. ${refusalWords(reason)}`,
    next: nextAfterRefusal(reason),
  }),
  PROTECTED_DISK: ({ disk, reason }) => ({
    title: say`This disk is protected`,
    message: say`PiKeep leaves ${disk} alone. ${refusalWords(reason)}`,
    next:
      reason === 'destination'
        ? say`Choose a folder on another disk for your backups.`
        : say`Choose the card instead; “pikeep list” shows which disks are cards.`,
  }),
  IDENTITY_CHANGED: ({ disk, expected, found }) => ({
    title: say`Another card is in the reader now`,
    message: say`The card behind ${disk} is not the one that was there before. ${difference(expected, found)}`,
    next: say`Look which card is in the reader, and start again with that one.`,
  }),
  JOB_EXISTS: ({ disk }) => ({
    title: say`This card is already being backed up`,
    message: say`A backup of ${disk} is still running.`,
    next: say`Wait until it has finished, or cancel it first.`,
  }),
  UNMOUNT_REFUSED: ({ disk, holder }) => ({
    title: say`The card is still in use`,
    message: holder
      ? say`${holder.name} (process ${holder.pid}) keeps a volume of ${disk} open.`
      : say`A program keeps a volume of ${disk} open.`,
    next: holder
      ? say`Close ${holder.name} and try again, or unmount by force.`
      : say`Close windows and files that show the card and try again, or unmount by force.`,
  }),
  EJECT_REFUSED: ({ disk, holder }) => ({
    title: say`The card could not be ejected`,
    message: holder
      ? say`${holder.name} (process ${holder.pid}) still uses ${disk}.`
      : say`A program still uses ${disk}.`,
    next: say`Wait a moment and eject it yourself before you take it out. A finished backup is not affected.`,
  }),
  DEVICE_BUSY: ({ path, holder }) => ({
    title: say`The card is busy`,
    message: holder
      ? say`${holder.name} (process ${holder.pid}) holds ${path}.`
      : say`Another program holds ${path}, or one of its volumes is mounted.`,
    next: say`Close other programs that read or write cards (imagers, Disk Utility, a virtual machine) and try again.`,
  }),
  DEVICE_GONE: ({ path }) => ({
    title: say`The card is gone`,
    message: say`${path} is no longer there: the card or its reader was unplugged, or the contact was lost.`,
    next: say`Put the card back in firmly. A backup can then be continued from what it has proven; anything else is to be started again.`,
  }),
  READ_FAILED: ({ path, offset, bytes, errno }) => ({
    title: say`The card could not be read`,
    message: say`Reading ${formatBytes(bytes)} at ${formatBytes(offset)} of ${path} failed: ${errnoWords(errno)}.`,
    next: say`Clean the contacts, try another reader or port, and start again. If it fails at the same place, the card is wearing out: copy your files from it soon.`,
  }),
  SIZE_CHANGED: ({ path, expectedBytes, foundBytes }) => ({
    title: say`The card is not as big as it said`,
    message:
      foundBytes < expectedBytes
        ? say`The system announced ${formatBytes(expectedBytes)} for ${path}, but ${formatBytes(foundBytes)} are there, ${expectedBytes - foundBytes} bytes less.`
        : say`The system announced ${formatBytes(expectedBytes)} for ${path}, but ${formatBytes(foundBytes)} are there, ${foundBytes - expectedBytes} bytes more.`,
    next: say`Take the card out and put it in again. If it stays so, the reader or the card is faulty, or the card is a counterfeit.`,
  }),
  CARD_UNRELIABLE: ({ path, offset, bytes, ranges }) => ({
    title: say`The card did not read the same twice`,
    message: sayCount(
      ranges,
      'The second reading of {0} differs from the first in one range, {1} together, the first at {2}. No backup was kept.',
      'The second reading of {0} differs from the first in {n} ranges, {1} together, the first at {2}. No backup was kept.',
      path,
      formatBytes(bytes),
      formatBytes(offset),
    ),
    next: say`Make sure that nothing else uses the card, and start again with another reader, port or cable. If it happens again, the card is wearing out: copy your files from it soon.`,
  }),
  CARD_DIFFERS: ({ disk, image, bytes, ranges, places }) => ({
    title: say`The card is not what is in the image`,
    message: sayCount(
      ranges,
      '{0} differs from {1} in one place, {2} together: {3}.',
      '{0} differs from {1} in {n} places, {2} together: {3}.',
      disk,
      image,
      formatBytes(bytes),
      sayAgain(places),
    ),
    next: say`If the Pi has run since the backup, this is to be expected: make a new backup of the card. If not, the card or its reader is unreliable; the image itself was not changed.`,
  }),
  OTHER_CARD: ({ disk, image, expected, found }) => ({
    title: say`This is another card`,
    message: say`${image} was not made of the card in ${disk}: it was made of ${sayAgain(expected)}, and this is ${sayAgain(found)}.`,
    next: say`Put in the card that the image was made of, or name the image of this card.`,
  }),
  CARD_CHANGED: ({ disk, what }) => ({
    title: say`The card was changed in between`,
    message: say`Since its backup was begun, ${disk} was written to: ${sayAgain(what)} is not as it was. Two states of a card are never put together into one backup.`,
    next: say`Start a new backup of the card from the beginning.`,
  }),
  NOTHING_TO_CONTINUE: ({ path, detail }) => ({
    title: say`There is no backup to continue`,
    message: say`${path} cannot be continued. ${sayAgain(detail)}`,
    next: say`Start a new backup of the card from the beginning.`,
  }),
};

/** Names are worth showing; the long lines that two cards are compared by are not. */
function difference(expected: string, found: string): string {
  const areNames = expected !== found && expected.length <= 40 && found.length <= 40;
  if (areNames) return say`It was “${expected}”, and now it is “${found}”.`;
  return say`Its size, its partitions or its identifiers differ.`;
}

function nextAfterRefusal(reason: string): string {
  switch (reason) {
    case 'disk-image':
      return say`If you do mean this disk image, add “--allow-disk-image”.`;
    case 'external-fixed':
    case 'not-removable':
      return say`Put the card in another reader: some readers present cards as fixed drives.`;
    case 'no-medium':
      return say`Put a card into the reader.`;
    default:
      return say`Choose another disk; “pikeep list --all” shows every disk with the reason.`;
  }
}
