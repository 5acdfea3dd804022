/** Words about work that came to a standstill, while it lasts and after it was ended for that, and about sleep. */

import { formatDuration } from '../format.ts';
import type { Words } from './words.ts';

export const stallWords: Words<'STALLED' | 'LOST_IN_SLEEP'> = {
  LOST_IN_SLEEP: ({ name }) => ({
    title: 'The computer slept, and the card was gone when it woke',
    message: `${name} could not be read or written any more after the computer had slept.`,
    next: 'Take the card out, put it in again, and continue: what a backup has proven is kept, so it goes on from there. A restore has to be started again. Keep the lid open meanwhile.',
  }),
  STALLED: ({ who, name, seconds }) => {
    const time = formatDuration(seconds);
    switch (who) {
      case 'reader':
        return {
          title: 'The card reader stopped answering',
          message: `${name} did not answer for ${time}, so PiKeep stopped waiting for it.`,
          next: 'Take the card out, try another reader, port or cable, and start again. What a backup has proven until then is kept, so it goes on from there; a restore begins anew.',
        };
      case 'file':
        return {
          title: 'The disk stopped answering',
          message: `What holds ${name} did not answer for ${time}, so PiKeep stopped waiting for it.`,
          next: 'Check the drive and its cable or the network connection, and start again. What a backup has proven until then is kept, so it goes on from there.',
        };
      case 'worker':
        return {
          title: 'The work came to a standstill',
          message: `Nothing went on with ${name} for ${time}, so PiKeep ended it.`,
          next: 'Start again. If it happens at the same place once more, something on the card or in the image is more than PiKeep can cope with: please report it.',
        };
    }
  },
};

/** While it lasts; for a card, or for a file on one of the computer's disks. */
export function stallingWords(stall: {
  readonly who: 'reader' | 'file';
  readonly name: string;
  readonly seconds: number;
}): string {
  const time = formatDuration(stall.seconds);
  return stall.who === 'reader'
    ? `The card reader (${stall.name}) has not answered for ${time}. Leave the card in; PiKeep goes on as soon as it answers.`
    : `What holds ${stall.name} has not answered for ${time}. PiKeep goes on as soon as it answers.`;
}
