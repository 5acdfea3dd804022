/** Words about writing a card: why it was not begun, why it ended, and what the card is worth now. */

import { say, sayCount } from '../../language/say.ts';
import { sayAgain } from '../../language/say-again.ts';
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
    title: say`The card could not be written`,
    message: say`Writing ${formatBytes(bytes)} at ${formatBytes(offset)} of ${path} failed: ${errnoWords(errno)}.`,
    next: say`The card is not usable as it is. Try once more, in another reader if you have one; if it fails again, the card is worn out.`,
  }),
  WRITE_PROTECTED: ({ path }) => ({
    title: say`The card is write-protected`,
    message: say`${path} cannot be written: the small lock switch at the side of the card or of its adapter is on.`,
    next: say`Take the card out, slide the switch away from “LOCK”, and put it back. If there is none, the card has locked itself because it is worn out.`,
  }),
  CARD_NOT_AS_WRITTEN: ({ disk, offset, bytes, ranges }) => ({
    title: say`The card did not keep what was written`,
    message: sayCount(
      ranges,
      'Read back from {0}, one range ({1} together, the first at {2}) are not what was written.',
      'Read back from {0}, {n} ranges ({1} together, the first at {2}) are not what was written.',
      disk,
      formatBytes(bytes),
      formatBytes(offset),
    ),
    next: say`Do not use this card. Restore to another one; if that differs too, try another reader.`,
  }),
  FAKE_CAPACITY: ({ disk, claimedBytes, realBytes }) => ({
    title: say`This card is smaller than it claims`,
    message:
      realBytes === null
        ? say`${disk} says that it holds ${formatBytes(claimedBytes)}, but loses what is written towards its end. It is a counterfeit.`
        : say`${disk} says that it holds ${formatBytes(claimedBytes)}, but keeps only the first ${formatBytes(realBytes)}. It is a counterfeit.`,
    next: say`Do not use this card for anything. Give it back where you bought it, and restore to another one.`,
  }),
  TARGET_TOO_SMALL: ({ disk, image, missingBytes, what, command }) => ({
    title: say`The card is too small`,
    message: say`${image} does not fit on ${disk}: ${sayAgain(what)} ends ${exactly(missingBytes)} after the end of the card.`,
    next:
      command === null
        ? say`Use a card that is at least as large as the one the backup was made of.`
        : say`Use a larger card. Or put the card the backup was made of into a USB reader at a Pi or another Linux computer that runs from something else, make its system smaller there with “${command}” (the card is sda, unless “lsblk” says otherwise), and back it up again.`,
  }),
  NOT_CONFIRMED: ({ disk, detail }) => ({
    title: say`Nothing was written`,
    message: say`Overwriting ${disk} was not confirmed: ${sayAgain(detail)}.`,
    next: say`Look at what is on the card, and confirm only if none of it is needed any more. In a script, give “--yes”.`,
  }),
  UNFINISHED_RESTORE: ({ disk, image }) => ({
    title: say`A restore of this card did not finish`,
    message: say`${disk} carries PiKeep’s mark of an unfinished restore of “${image}”. What is on it is neither the old nor the new content.`,
    next: say`Restore the card again. Until then a Pi will not start from it.`,
  }),
  UNDO_IMPOSSIBLE: ({ disk, detail }) => ({
    title: say`The old content cannot be brought back`,
    message: say`What was on ${disk} is gone: ${sayAgain(detail)}.`,
    next: say`Restore a backup to the card instead.`,
  }),
};

/** Small differences matter here, so the exact figure is given as well. */
function exactly(bytes: number): string {
  return sayCount(bytes, '{0} ({1} byte)', '{0} ({1} bytes)', formatBytes(bytes), bytes);
}
