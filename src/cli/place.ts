/** Where PiKeep's own files lie, seen from a checkout and from the single executable. */

import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';

/** The built page of the panel: beside the executable, and in a checkout where the build puts it. */
export function panelAssets(): string {
  return isSea() ? join(dirname(process.execPath), 'panel') : join(checkout(), 'dist', 'panel');
}

/** The folder of scripts; null outside a checkout. */
export function scriptsFolder(): string | null {
  return isSea() ? null : join(checkout(), 'scripts');
}

/** What to type to run PiKeep again. */
export function ownCommand(): string {
  return isSea() ? process.execPath : join(checkout(), 'scripts', 'pikeep');
}

function checkout(): string {
  return join(import.meta.dirname, '..', '..');
}
