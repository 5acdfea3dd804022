/** Asks where files that are taken out of an image are to be saved. */

import type { Dialog } from 'electron';
import { say } from '../language/say.ts';

/** The chosen folder, which exists; null when the user would rather not. */
export async function askForFolder(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  title: string,
): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    title: say`Save files of ${title}`,
    message: say`Where shall the files of ${title} go?`,
    buttonLabel: say`Save here`,
    properties: ['openDirectory', 'createDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}
