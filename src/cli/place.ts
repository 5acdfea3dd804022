/** Where PiKeep's own files lie, seen from a checkout and from the single executable. */

import { join } from 'node:path';
import { companionsOf, isSingleExecutable } from '../platform/single-executable.ts';

/** The built page of the panel: among the executable's companions, and in a checkout where the build puts it. */
export function panelAssets(): string {
  return isSingleExecutable() ? companionsOf().panel : join(checkout(), 'dist', 'panel');
}

/** The sample card; null outside a checkout. */
export function sampleCard(): string | null {
  return isSingleExecutable() ? null : join(checkout(), 'src', 'cli', 'sample-card.gz');
}

/** What to type to run PiKeep again. */
export function ownCommand(): string {
  return isSingleExecutable() ? process.execPath : join(checkout(), 'scripts', 'pikeep');
}

function checkout(): string {
  return join(import.meta.dirname, '..', '..');
}

/** What this PiKeep calls itself; commands take it from here. */
export { VERSION } from '../version.ts';
