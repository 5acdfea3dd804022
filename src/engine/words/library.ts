/** Words about taking backups out of the library. */

import { say } from '../../language/say.ts';
import { sayAgain } from '../../language/say-again.ts';
import type { Words } from './words.ts';

export type LibraryCode = 'LIBRARY_CHANGED' | 'TRASH_UNAVAILABLE';

export const libraryWords: Words<LibraryCode> = {
  LIBRARY_CHANGED: ({ path }) => ({
    title: say`The library changed meanwhile`,
    message: say`${path} is not as it was when it was decided what stays and what goes, so nothing more was removed.`,
    next: say`Do it again: it will be decided anew, by what is there now.`,
  }),
  TRASH_UNAVAILABLE: ({ path, detail }) => ({
    title: say`There is no Trash for this file`,
    message: say`${path} was not moved to the Trash: ${sayAgain(detail)}.`,
    next: say`It is still there. “pikeep forget … --delete” deletes for good instead; that cannot be undone.`,
  }),
};
