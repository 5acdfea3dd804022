/** What no script can find out: dialogs, readers, sleep. Listed each time, and never called passed. */

import type { Check } from '../check.ts';

function byHand(name: string, assumption: string, source: string, steps: string): Check {
  return { name, assumption, source, how: { steps } };
}

export const checksByHand: readonly Check[] = [
  byHand(
    'privacy-prompt',
    'The first opening of a card makes macOS ask for Removable Volumes, in the name of PiKeep, with PiKeep’s reason.',
    'rpi-imager; the name shown is a guess',
    'tccutil reset SystemPolicyRemovableVolumes io.github.pikeep; start the packaged app; back up a card; read the prompt.',
  ),
  byHand(
    'privacy-refused',
    'After “Don’t Allow”, every opening says EPERM, and authopen “Operation not permitted”.',
    'reports about rpi-imager and Etcher',
    'As before, press Don’t Allow, back up again: PiKeep has to explain, without asking for a password.',
  ),
  byHand(
    'dialog-cancelled',
    'Cancel in the system’s dialog is −60006, and no second dialog follows.',
    'Security/Authorization.h',
    'Back up a card, press Cancel in the dialog: the job ends with “cancelled”.',
  ),
  byHand(
    'dialog-and-panel',
    'The panel stays while the system’s dialog has the focus.',
    'the sources of menubar',
    'Back up a card from the panel, and look at the panel while the dialog is up.',
  ),
  byHand(
    'standard-user',
    'A user who is no administrator may name one in the dialog of authopen; sudo refuses that user.',
    'reports about rpi-imager; man sudoers',
    'As a standard user: back up a card with --door authopen, then with --door helper.',
  ),
  byHand(
    'sudo-keeps-the-app',
    'For a process started by sudo, PiKeep stays responsible: one prompt for Removable Volumes, then access.',
    'Etcher',
    'In the packaged app, with --door helper: back up a card after resetting the grant as above.',
  ),
  byHand(
    'card-in-the-slot',
    'A card in the built-in slot is “Secure Digital”, internal and removable, and is offered.',
    'a recording of ten keys from one Mac',
    'Put a Pi card into the slot and run this script: new answers of diskutil are kept.',
  ),
  byHand(
    'card-in-readers',
    'A card in a USB reader is removable; readers that say “fixed” are offered only among other disks.',
    'recordings of three readers',
    'The same with a card in two USB readers, and with an empty one.',
  ),
  byHand(
    'locked-card',
    'The lock switch shows as a medium that cannot be written, and an opening for writing says EACCES.',
    'recordings; xnu IOMediaBSDClient',
    'Lock a card and restore to it: refused before a password is asked for.',
  ),
  byHand(
    'card-pulled',
    'Reading a card that was pulled says ENXIO or EIO, and its node leaves /dev.',
    'xnu IOMediaBSDClient',
    'Pull a card in the middle of a backup: it says that the card was taken out.',
  ),
  byHand(
    'watch-over-sleep',
    '“diskutil activity” lives on over sleep, or ends and is started again; a card is noticed afterwards.',
    'a guess',
    'Close the lid for a minute, open it, put a card in: it is offered within a second of its mounting.',
  ),
  byHand(
    'not-readable',
    '“The disk you attached was not readable” stays harmless when Ignore is pressed.',
    'reports of users',
    'Put in a card whose only partition is Linux’s, press Ignore, and back it up.',
  ),
  byHand(
    'accessory-question',
    'Before the question whether an accessory may connect is answered, no disk is there; then it is noticed.',
    'reports of users',
    'On a laptop with Apple silicon: plug in a reader that was never allowed, with a card in it.',
  ),
  byHand(
    'notice-from-the-app',
    'A notice of the signed app appears under its name, and a click shows the file.',
    'electron.d.ts',
    'Back up a card with the packaged, signed app; click the notice.',
  ),
  byHand(
    'login-item',
    'The app starts at login, and “requires approval” is said as such.',
    'electron.d.ts',
    'Turn it on in the settings, log out and in; turn it off in System Settings and look again.',
  ),
  byHand(
    'update-installed',
    'A newer version that is signed as this one takes its place and starts; an older one, or one signed by others, is refused.',
    'Squirrel.Mac, with ElectronSquirrelPreventDowngrades; NSAllowsLocalNetworking lets it fetch from 127.0.0.1',
    'Make two signed releases with a feed (CONTRIBUTING.md), serve the newer, then the older as if it were newer: install each from the menu of the icon.',
  ),
];
