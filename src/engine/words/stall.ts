/** Words about work that came to a standstill, while it lasts and after it was ended for that, and about sleep. */

import { say } from '../../language/say.ts';
import { formatDuration } from '../format.ts';
import type { Words } from './words.ts';

export const stallWords: Words<'STALLED' | 'LOST_IN_SLEEP'> = {
  LOST_IN_SLEEP: ({ name }) => ({
    title: say`The computer slept, and the card was gone when it woke`,
    message: say`${name} could not be read or written any more after the computer had slept.`,
    next: say`Take the card out, put it in again, and continue: what a backup has proven is kept, so it goes on from there. A restore has to be started again. Keep the lid open meanwhile.`,
  }),
  STALLED: ({ who, name, seconds }) => {
    const time = formatDuration(seconds);
    switch (who) {
      case 'reader':
        return {
          title: say`The card reader stopped answering`,
          message: say`${name} did not answer for ${time}, so PiKeep stopped waiting for it.`,
          next: say`Take the card out, try another reader, port or cable, and start again. What a backup has proven until then is kept, so it goes on from there; a restore begins anew.`,
        };
      case 'file':
        return {
          title: say`The disk stopped answering`,
          message: say`What holds ${name} did not answer for ${time}, so PiKeep stopped waiting for it.`,
          next: say`Check the drive and its cable or the network connection, and start again. What a backup has proven until then is kept, so it goes on from there.`,
        };
      case 'worker':
        return {
          title: say`The work came to a standstill`,
          message: say`Nothing went on with ${name} for ${time}, so PiKeep ended it.`,
          next: say`Start again. If it happens at the same place once more, something on the card or in the image is more than PiKeep can cope with: please report it.`,
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
    ? say`The card reader (${stall.name}) has not answered for ${time}. Leave the card in; PiKeep goes on as soon as it answers.`
    : say`What holds ${stall.name} has not answered for ${time}. PiKeep goes on as soon as it answers.`;
}
