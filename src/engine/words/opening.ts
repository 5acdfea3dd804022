/**
 * Words about the right to open a card, for a backup as for a restore: what happened is told without saying what for.
 * EPERM, EACCES, EBUSY and ENXIO are different stories with different cures: on macOS EPERM comes from privacy control,
 * where no password helps, and the question is never asked a second time after "Don't Allow" (Apple Platform Security,
 * "Controlling app access to files"; kernel: IOMediaBSDClient).
 */

import { say } from '../../language/say.ts';
import { sayAgain } from '../../language/say-again.ts';
import type { Words } from './words.ts';

export type OpeningCode =
  | 'PRIVACY_REFUSED'
  | 'ACCESS_DENIED'
  | 'DIALOG_CANCELLED'
  | 'NOT_AUTHORIZED'
  | 'DOOR_UNAVAILABLE'
  | 'NO_DOOR'
  | 'HELPER_FAILED'
  | 'SOCKET_PATH_TOO_LONG';

export const openingWords: Words<OpeningCode> = {
  PRIVACY_REFUSED: ({ path }) => (isMacDevice(path) ? macPrivacy(path) : otherPrivacy(path)),
  ACCESS_DENIED: ({ path }) => ({
    title: say`Your user account may not open this`,
    message: say`The system did not let PiKeep open ${path} with the rights of your user account.`,
    next: path.startsWith('/dev/')
      ? say`Allow PiKeep to ask for an administrator’s password, or run the command as an administrator (with sudo).`
      : say`Give your user account permission to open that file.`,
  }),
  DIALOG_CANCELLED: ({ door }) => ({
    title: say`The question was cancelled`,
    message: say`The dialog that asks for permission to open the card was closed (${doorWords(door)}).`,
    next: say`Start again and confirm with a password or Touch ID. A backup only reads the card; nothing but a restore that you confirmed writes to it.`,
  }),
  NOT_AUTHORIZED: ({ door, detail }) => ({
    title: say`You are not allowed to do this`,
    message: say`The system refused permission to open the card (${doorWords(door)}): ${sentence(detail)}`,
    next: say`Ask an administrator of this computer to confirm, or run PiKeep from an administrator’s account.`,
  }),
  DOOR_UNAVAILABLE: ({ door, detail }) => ({
    title: say`This way of opening is not available`,
    message: unavailable(door, sentence(detail)),
    next: say`Leave “--door” away, so that PiKeep tries every way; “pikeep doctor” shows which there are.`,
  }),
  NO_DOOR: ({ path, tried }) => ({
    title: say`There is no way to open the card`,
    message: say`PiKeep found no way to open ${path}. Tried: ${sentence(tried)}`,
    next: say`Run the command as an administrator (with sudo), or see with “pikeep doctor” what is missing.`,
  }),
  HELPER_FAILED: ({ detail }) => ({
    title: say`The helper failed`,
    message: say`The small program that opens the card with an administrator’s rights gave up: ${sentence(detail)}`,
    next: say`Start again. If it happens again, run “pikeep doctor” and report what it prints.`,
  }),
  SOCKET_PATH_TOO_LONG: ({ path, bytes }) => ({
    title: say`The path of the temporary folder is too long`,
    message: say`${path} has ${bytes} bytes, more than the system allows for a connection between two programs.`,
    next: say`Set TMPDIR to a folder with a short path, such as /tmp, and start PiKeep again.`,
  }),
};

function macPrivacy(path: string): ReturnType<(typeof openingWords)['PRIVACY_REFUSED']> {
  return {
    title: say`macOS keeps the card private`,
    message: say`The privacy protection of macOS does not let PiKeep open ${path}; a password does not change that. After one “Don’t Allow” macOS never asks again.`,
    next: say`Open System Settings › Privacy & Security › Files & Folders, and turn on Removable Volumes for PiKeep. If you started PiKeep in a terminal, turn it on for that terminal app (Terminal, iTerm, Visual Studio Code). Then quit that app, open it again and retry.`,
  };
}

function otherPrivacy(path: string): ReturnType<(typeof openingWords)['PRIVACY_REFUSED']> {
  return {
    title: say`A security rule keeps the card closed`,
    message: say`The system does not allow opening ${path}, whatever the password; a security policy or a sandbox (container, Snap, Flatpak) stands in the way.`,
    next: say`Run PiKeep outside the sandbox, or allow this device in its settings.`,
  };
}

function isMacDevice(path: string): boolean {
  return /^\/dev\/r?disk\d/.test(path);
}

function doorWords(door: string): string {
  switch (door) {
    case 'direct':
      return say`opening it directly`;
    case 'authopen':
      return say`the macOS permission dialog`;
    case 'helper':
      return say`the administrator’s helper`;
    default:
      return door;
  }
}

function unavailable(door: string, detail: string): string {
  switch (door) {
    case 'direct':
      return say`The card cannot be opened here by opening it directly: ${detail}`;
    case 'authopen':
      return say`The card cannot be opened here by the macOS permission dialog: ${detail}`;
    case 'helper':
      return say`The card cannot be opened here by the administrator’s helper: ${detail}`;
    default:
      return say`The card cannot be opened here by ${door}: ${detail}`;
  }
}

function sentence(detail: string): string {
  const trimmed = sayAgain(detail.trim());
  return /[.!?。！？]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
