/** Asks for folders in the dialog of the system. */

import type { Dialog, OpenDialogOptions } from 'electron';
import { say } from '../language/say.ts';

type OpenDialog = Pick<Dialog, 'showOpenDialog'>;

/** Where files that are taken out of an image are to be saved: a folder that exists; null when the user would rather not. */
export function askForFolder(dialog: OpenDialog, title: string): Promise<string | null> {
  return ask(dialog, {
    title: say`Save files of ${title}`,
    message: say`Where shall the files of ${title} go?`,
    buttonLabel: say`Save here`,
  });
}

/** Where backups are to be kept, beginning at the present folder. */
export function askForLibrary(dialog: OpenDialog, present: string): Promise<string | null> {
  return ask(dialog, {
    title: say`Folder for backups`,
    message: say`Where shall backups be kept?`,
    buttonLabel: say`Keep backups here`,
    defaultPath: present,
  });
}

async function ask(dialog: OpenDialog, words: OpenDialogOptions): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    ...words,
    properties: ['openDirectory', 'createDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}
