/**
 * Steps on a Mac. Privacy control asks once for each app and keeps the answer; it looks at the app that started PiKeep, so for
 * the command line that is the terminal (Apple Platform Security, "Controlling app access to files").
 */

import { say } from '../../language/say.ts';
import type { CoachPage, CoachPlace } from './coach.ts';
import { withoutIt } from './coach-common.ts';

export function macPrivacy({ app, isApp }: CoachPlace): CoachPage {
  const name = app ?? say`the app you started PiKeep from`;
  return {
    kind: 'privacy',
    title: say`macOS keeps the card private`,
    what: say`macOS does not let ${name} read cards, and no password changes that.`,
    steps: [
      say`Open System Settings, and there Privacy & Security › Files & Folders.`,
      say`Find ${name} in the list, and switch on Removable Volumes under it.`,
      say`If it is not in that list, go to Full Disk Access instead, add it with “+”, and switch it on.`,
      isApp
        ? say`Come back. Where macOS asks to quit ${name}, let it, and open it again.`
        : say`Come back. Where that is not enough, quit ${name}, open it again, and start PiKeep anew.`,
    ],
    pane: 'removable-volumes',
    notes: [
      say`After one “Don’t Allow” macOS never asks again; only this switch changes it.`,
      ...(isApp
        ? []
        : [
            say`PiKeep runs inside ${name} here, so that is the app that macOS asks about, not PiKeep.`,
          ]),
    ],
  };
}

export function macAccess(): CoachPage {
  return {
    kind: 'access',
    title: say`Your user account may not open this`,
    what: say`A card can only be opened with the consent of an administrator, and none was given.`,
    steps: [
      say`Try again, and confirm the dialog of macOS with Touch ID, or with the name and password of an administrator.`,
      say`If no dialog comes up, you may be working from far away: sit down at this Mac, or run “sudo pikeep backup” in its Terminal.`,
    ],
    pane: null,
    notes: [withoutIt()],
  };
}

/** `door`: which dialog it was. The one of authopen takes any administrator's name, that of sudo only one's own password. */
export function macNotAuthorized(door: string): CoachPage {
  const isSudo = door === 'helper';
  return {
    kind: 'not-authorized',
    title: say`You are not allowed to do this`,
    what: isSudo
      ? say`The password was wrong three times, or your account is not one that may administer this Mac.`
      : say`macOS did not accept the name and the password, or the account is not an administrator’s.`,
    steps: isSudo
      ? [
          say`Try again, with the password you log in with.`,
          say`If your account is not an administrator’s, log in with one that is, and run PiKeep there.`,
          say`Backups need no account of that kind: leave “--door helper” away, and macOS asks in a dialog that takes any administrator’s name.`,
        ]
      : [
          say`Ask again.`,
          say`Ask an administrator of this Mac to type their name and password into the dialog.`,
        ],
    pane: null,
    notes: [withoutIt()],
  };
}

export function macManaged({ app }: CoachPlace): CoachPage {
  const name = app ?? say`the app that PiKeep is started from`;
  return {
    kind: 'managed',
    title: say`Somebody else manages this Mac`,
    what: say`On a Mac of a company or a school a profile can forbid this: the switch is grey, turns itself off again, or your account is not an administrator’s.`,
    steps: [
      say`Ask whoever manages it to allow ${name} in a privacy profile (Privacy Preferences Policy Control): the service SystemPolicyRemovableVolumes, or SystemPolicyAllFiles.`,
      say`Where only the password is missing, it is enough that an administrator types theirs into the dialog when you back up. It is for one card, for reading, and ends with the backup.`,
      say`Tell them what for: PiKeep reads a card through the system’s own program /usr/libexec/authopen, installs nothing and sends nothing.`,
    ],
    pane: null,
    notes: [withoutIt()],
  };
}
