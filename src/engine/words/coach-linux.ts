/** Steps on Linux, where the rights of a device come from its group, from udev and from polkit (udev(7), polkit(8)). */

import { say } from '../../language/say.ts';
import type { CoachPage, CoachPlace } from './coach.ts';
import { withoutIt } from './coach-common.ts';

/** EPERM on a device node: no right of this user is missing, something around the program forbids it. */
export function linuxSandbox(): CoachPage {
  return {
    kind: 'privacy',
    title: say`A security rule keeps the card closed`,
    what: say`The system does not allow opening the card, whatever the password.`,
    steps: [
      say`See whether PiKeep runs in a sandbox or a container (Snap, Flatpak, Docker), and run it outside, or allow it this device.`,
      say`If it does not, a security policy (SELinux, AppArmor) may forbid it: the log of the system says so, “journalctl -b | grep -i denied”.`,
    ],
    pane: null,
    notes: [withoutIt()],
  };
}

export function linuxAccess({ system }: CoachPlace): CoachPage {
  if (system === 'slot') {
    return {
      kind: 'access',
      title: say`Your user account may not open this`,
      what: say`The file that stands in for the card does not belong to you, and may not be read.`,
      steps: [
        say`Give your user account permission to read the file, for a restore also to write it.`,
      ],
      pane: null,
      notes: [],
    };
  }
  return {
    kind: 'access',
    title: say`Your user account may not open this`,
    what: say`Cards belong to root here, and no way of asking for an administrator’s password was found.`,
    steps: [
      say`Install polkit’s “pkexec” and work in a desktop that can show its dialog; PiKeep then asks by itself.`,
      say`Or run the command as an administrator: “sudo pikeep backup …”.`,
      say`Or have an administrator give you the reader for good with a udev rule (TAG+="uaccess"), and put the card in again.`,
      say`Or join the group that owns the card’s device, on most systems “disk”, then log out and in again. Members of it may read and write every disk.`,
    ],
    pane: null,
    notes: [say`“pikeep doctor” shows which ways of opening there are.`, withoutIt()],
  };
}

/** `detail`: pkexec's own words. */
export function linuxNotAuthorized(detail: string): CoachPage {
  const hasNoAgent = /agent/i.test(detail);
  return {
    kind: 'not-authorized',
    title: say`You are not allowed to do this`,
    what: hasNoAgent
      ? say`polkit wanted to ask for a password, but no program is running that could show its dialog.`
      : say`polkit refused: the password was not accepted, or a rule forbids it for your account.`,
    steps: hasNoAgent
      ? [
          say`Work in a desktop that has an authentication agent (GNOME and KDE bring one), or start one.`,
          say`Or run the command as an administrator: “sudo pikeep backup …”.`,
        ]
      : [
          say`Ask again, and type the password of the account that the dialog names.`,
          say`If your account may not administer this computer, ask somebody whose account may.`,
        ],
    pane: null,
    notes: [withoutIt()],
  };
}
