/** Words about writing a card: why it was not begun, why it ended, and what the card is worth now. */

import { formatBytes } from '../format.ts';
import { errnoWords } from './errno.ts';
import type { Words } from './words.ts';

export type RestoreCode =
  | 'WRITE_FAILED'
  | 'WRITE_PROTECTED'
  | 'CARD_NOT_AS_WRITTEN'
  | 'FAKE_CAPACITY'
  | 'TARGET_TOO_SMALL'
  | 'NOT_CONFIRMED'
  | 'UNFINISHED_RESTORE'
  | 'UNDO_IMPOSSIBLE';

export const restoreWords: Words<RestoreCode> = {
  WRITE_FAILED: ({ path, offset, bytes, errno }) => ({
    title: 'The card could not be written',
    message: `Writing ${formatBytes(bytes)} at ${formatBytes(offset)} of ${path} failed: ${errnoWords(errno)}.`,
    next: 'The card is not usable as it is. Try once more, in another reader if you have one; if it fails again, the card is worn out.',
  }),
  WRITE_PROTECTED: ({ path }) => ({
    title: 'The card is write-protected',
    message: `${path} cannot be written: the small lock switch at the side of the card or of its adapter is on.`,
    next: 'Take the card out, slide the switch away from “LOCK”, and put it back. If there is none, the card has locked itself because it is worn out.',
  }),
  CARD_NOT_AS_WRITTEN: ({ disk, offset, bytes, ranges }) => ({
    title: 'The card did not keep what was written',
    message: `Read back from ${disk}, ${ranges === 1 ? 'one range' : `${ranges} ranges`} (${formatBytes(bytes)} together, the first at ${formatBytes(offset)}) are not what was written.`,
    next: 'Do not use this card. Restore to another one; if that differs too, try another reader.',
  }),
  FAKE_CAPACITY: ({ disk, claimedBytes, realBytes }) => ({
    title: 'This card is smaller than it claims',
    message:
      realBytes === null
        ? `${disk} says that it holds ${formatBytes(claimedBytes)}, but loses what is written towards its end. It is a counterfeit.`
        : `${disk} says that it holds ${formatBytes(claimedBytes)}, but keeps only the first ${formatBytes(realBytes)}. It is a counterfeit.`,
    next: 'Do not use this card for anything. Give it back where you bought it, and restore to another one.',
  }),
  TARGET_TOO_SMALL: ({ disk, image, missingBytes, what, command }) => ({
    title: 'The card is too small',
    message: `${image} does not fit on ${disk}: ${what} ends ${exactly(missingBytes)} after the end of the card.`,
    next:
      command === null
        ? 'Use a card that is at least as large as the one the backup was made of.'
        : `Use a larger card. Or put the card the backup was made of into a USB reader at a Pi or another Linux computer that runs from something else, make its system smaller there with “${command}” (the card is sda, unless “lsblk” says otherwise), and back it up again.`,
  }),
  NOT_CONFIRMED: ({ disk, detail }) => ({
    title: 'Nothing was written',
    message: `Overwriting ${disk} was not confirmed: ${detail}.`,
    next: 'Look at what is on the card, and confirm only if none of it is needed any more. In a script, give “--yes”.',
  }),
  UNFINISHED_RESTORE: ({ disk, image }) => ({
    title: 'A restore of this card did not finish',
    message: `${disk} carries PiKeep’s mark of an unfinished restore of “${image}”. What is on it is neither the old nor the new content.`,
    next: 'Restore the card again. Until then a Pi will not start from it.',
  }),
  UNDO_IMPOSSIBLE: ({ disk, detail }) => ({
    title: 'The old content cannot be brought back',
    message: `What was on ${disk} is gone: ${detail}.`,
    next: 'Restore a backup to the card instead.',
  }),
};

/** Small differences matter here, so the exact figure is given as well. */
function exactly(bytes: number): string {
  return `${formatBytes(bytes)} (${bytes} bytes)`;
}
