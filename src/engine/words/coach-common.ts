/** Steps that are much the same on every system: a card that is in use, a dialog that was closed. */

import { say } from '../../language/say.ts';
import type { CoachPage, CoachPlace } from './coach.ts';

/** For whoever cannot get the permission at all. */
export function withoutIt(): string {
  return say`Without it you can still look through your backups, check and compare them, and take files out of them. A card can be backed up or restored on another computer; the images are plain files.`;
}

/** `isMounted`: a volume of the card could not be unmounted; else the device itself is held. */
export function busyCoach(
  isMounted: boolean,
  holder: string | null,
  { system }: CoachPlace,
): CoachPage {
  const closeAll =
    system === 'macos'
      ? say`Close Finder windows and files that show the card, and other programs that work with cards: an imager, Disk Utility, a virtual machine.`
      : say`Close file manager windows and files that show the card, and other programs that work with cards: an imager, a disk manager, a virtual machine.`;
  const closeOne = (name: string): string =>
    isSpotlight(name)
      ? say`${name} is Spotlight, which looks through every new card. Give it a minute.`
      : say`Close ${name}, or the window of it that shows the card.`;
  const force = isMounted
    ? [
        say`If nothing helps, unmount by force. What a program has not saved to the card yet is lost.`,
      ]
    : [];
  return {
    kind: 'busy',
    title: isMounted ? say`The card is still in use` : say`The card is busy`,
    what: busyWords(isMounted, holder),
    steps: [
      holder === null ? closeAll : closeOne(holder),
      say`Try again. Right after a card was put in, the system itself may look through it for a few seconds.`,
      ...force,
    ],
    pane: null,
    notes: [],
  };
}

function busyWords(isMounted: boolean, holder: string | null): string {
  if (holder === null) {
    return isMounted
      ? say`A program keeps a volume of the card open, so it could not be unmounted.`
      : say`Another program holds the card, so nobody else may open it.`;
  }
  return isMounted
    ? say`${holder} keeps a volume of the card open, so it could not be unmounted.`
    : say`${holder} holds the card, so nobody else may open it.`;
}

export function cancelledCoach({ system }: CoachPlace): CoachPage {
  const steps =
    system === 'macos'
      ? [
          say`Press “Ask again”, or start the backup again.`,
          say`Confirm with Touch ID, or with the name and password of an administrator. It need not be you: somebody else can type theirs.`,
        ]
      : [
          say`Press “Ask again”, or start the backup again.`,
          say`Type the password of an administrator into the dialog of the system.`,
        ];
  return {
    kind: 'cancelled',
    title: say`The question was cancelled`,
    what: say`The dialog that asks for permission to open the card was closed, so nothing was opened.`,
    steps,
    pane: null,
    notes: [
      say`A backup only reads the card; nothing but a restore that you confirmed writes to it.`,
      say`The permission is for this one card, and ends with the work on it.`,
    ],
  };
}

/** The daemons of Spotlight (man mds, man mdworker): nothing that anybody could close. */
function isSpotlight(holder: string): boolean {
  return /^(mds|mds_stores|mdworker|mdworker_shared)$/.test(holder);
}
