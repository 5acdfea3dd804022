/** Steps that are much the same on every system: a card that is in use, a dialog that was closed. */

import type { CoachPage, CoachPlace } from './coach.ts';

/** For whoever cannot get the permission at all. */
export const WITHOUT =
  'Without it you can still look through your backups, check and compare them, and take files out of them. A card can be backed up or restored on another computer; the images are plain files.';

/** `isMounted`: a volume of the card could not be unmounted; else the device itself is held. */
export function busyCoach(
  isMounted: boolean,
  holder: string | null,
  { system }: CoachPlace,
): CoachPage {
  const manager = system === 'macos' ? 'Finder' : 'file manager';
  const others =
    system === 'macos'
      ? 'an imager, Disk Utility, a virtual machine'
      : 'an imager, a disk manager, a virtual machine';
  const close =
    holder === null
      ? `Close ${manager} windows and files that show the card, and other programs that work with cards: ${others}.`
      : isSpotlight(holder)
        ? `${holder} is Spotlight, which looks through every new card. Give it a minute.`
        : `Close ${holder}, or the window of it that shows the card.`;
  const force = isMounted
    ? ['If nothing helps, unmount by force. What a program has not saved to the card yet is lost.']
    : [];
  return {
    kind: 'busy',
    title: isMounted ? 'The card is still in use' : 'The card is busy',
    what: busyWords(isMounted, holder),
    steps: [
      close,
      'Try again. Right after a card was put in, the system itself may look through it for a few seconds.',
      ...force,
    ],
    pane: null,
    notes: [],
  };
}

function busyWords(isMounted: boolean, holder: string | null): string {
  const who = holder ?? (isMounted ? 'A program' : 'Another program');
  return isMounted
    ? `${who} keeps a volume of the card open, so it could not be unmounted.`
    : `${who} holds the card, so nobody else may open it.`;
}

export function cancelledCoach({ system }: CoachPlace): CoachPage {
  const steps =
    system === 'macos'
      ? [
          'Press “Ask again”, or start the backup again.',
          'Confirm with Touch ID, or with the name and password of an administrator. It need not be you: somebody else can type theirs.',
        ]
      : [
          'Press “Ask again”, or start the backup again.',
          'Type the password of an administrator into the dialog of the system.',
        ];
  return {
    kind: 'cancelled',
    title: 'The question was cancelled',
    what: 'The dialog that asks for permission to open the card was closed, so nothing was opened.',
    steps,
    pane: null,
    notes: [
      'A backup only reads the card; nothing but a restore that you confirmed writes to it.',
      'The permission is for this one card, and ends with the work on it.',
    ],
  };
}

/** The daemons of Spotlight (man mds, man mdworker): nothing that anybody could close. */
function isSpotlight(holder: string): boolean {
  return /^(mds|mds_stores|mdworker|mdworker_shared)$/.test(holder);
}
