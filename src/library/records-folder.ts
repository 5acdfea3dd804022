/** Where restores keep what they overwrite, and their reports: the app and the command line find the same place. */

import { join } from 'node:path';

/** In the library, because a restore never writes the disk below that. */
export function recordsFolder(library: string): string {
  return join(library, 'Restores');
}
