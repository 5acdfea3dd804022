/**
 * Started from its disk image or from Downloads, PiKeep offers to move to Applications, before anything is asked for or set
 * up that macOS ties to where the app lies: privacy grants, the login item, the helper. An app that is opened where the
 * browser left it even runs from a random place that is gone at the next start (App Translocation).
 */

import type { App, Dialog } from 'electron';
import { say } from '../language/say.ts';
import type { SettingsStore } from '../platform/settings.ts';

export interface MoveOptions {
  readonly app: Pick<
    App,
    'focus' | 'isPackaged' | 'isInApplicationsFolder' | 'moveToApplicationsFolder' | 'getVersion'
  >;
  readonly dialog: Pick<Dialog, 'showMessageBox' | 'showMessageBoxSync'>;
  readonly settings: Pick<SettingsStore, 'current' | 'update'>;
  readonly system: NodeJS.Platform;
  /** The running program's own file. */
  readonly program: string;
}

/**
 * Resolves true when the app is about to quit and start anew from Applications, so nothing more may be begun. Never asks in
 * development, on another system, or after “Not Now” to this very version.
 */
export async function offerMove(options: MoveOptions): Promise<boolean> {
  const { app, dialog, settings, system, program } = options;
  if (system !== 'darwin' || !app.isPackaged) return false;
  if (app.isInApplicationsFolder()) return false;
  const version = app.getVersion();
  if (settings.current.stayedBefore === version) return false;
  // An app without a Dock icon may stand behind the others.
  app.focus({ steal: true });
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: say`Move PiKeep to the Applications folder?`,
    detail: `${whereItIs(program)} ${say`What you allow it and “Start at login” last only if it stays in one place.`}`,
    buttons: [say`Move to Applications`, say`Not Now`],
    defaultId: 0,
    cancelId: 1,
  });
  if (response !== 0) {
    await settings.update({ stayedBefore: version });
    return false;
  }
  return move(options);
}

/** Of a program that will not lie there for long: its disk image, or where macOS runs it for this once (App Translocation). */
export function passingPlaceOf(program: string): 'image' | 'translocated' | null {
  if (program.startsWith('/Volumes/')) return 'image';
  return program.includes('/AppTranslocation/') ? 'translocated' : null;
}

function whereItIs(program: string): string {
  switch (passingPlaceOf(program)) {
    case 'image':
      return say`It runs from its disk image now, and is gone when that is ejected.`;
    case 'translocated':
      return say`macOS runs it from a place of its own now, another one at every start, until it is moved.`;
    case null:
      return say`It runs from the folder that you opened it in.`;
  }
}

/** False where it stays, because the user or the system would not have it moved. */
async function move({ app, dialog }: MoveOptions): Promise<boolean> {
  try {
    // False means that the user has cancelled, in our question or in the system's dialog (electron.d.ts).
    return app.moveToApplicationsFolder({
      conflictHandler: (conflict) => mayReplace(conflict, dialog),
    });
  } catch (error) {
    await dialog.showMessageBox({
      type: 'warning',
      message: say`PiKeep could not be moved`,
      detail: `${say`Quit it, and drag it into Applications in Finder. Until then it works from where it is.`}\n\n${String(error)}`,
      buttons: [say`OK`],
    });
    return false;
  }
}

/** Electron waits for the answer, so the question is one that waits too. */
function mayReplace(
  conflict: 'exists' | 'existsAndRunning',
  dialog: MoveOptions['dialog'],
): boolean {
  const isRunning = conflict === 'existsAndRunning';
  const response = dialog.showMessageBoxSync({
    type: 'question',
    message: isRunning
      ? say`Another PiKeep is running from Applications`
      : say`There is a PiKeep in Applications already`,
    detail: isRunning
      ? say`This one can quit and leave the work to that one.`
      : say`It goes to the Trash, and this one takes its place. Backups and settings stay.`,
    buttons: [isRunning ? say`Use the One in Applications` : say`Replace`, say`Cancel`],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}
