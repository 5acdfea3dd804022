/** Loads `koffi`, the one way to call C from here, when something first needs it. */

import { createRequire } from 'node:module';
import { companionsOf, isSingleExecutable } from '../single-executable.ts';

export type Koffi = typeof import('koffi').default;

let loaded: Koffi | null = null;

/**
 * In the single executable there is no module folder to search, so the library is taken from where its companions
 * lie; otherwise from where this file is. Throws what `require` throws.
 */
export function loadKoffi(): Koffi {
  loaded ??= createRequire(isSingleExecutable() ? companionsOf().requireFrom : import.meta.url)(
    'koffi',
  );
  return loaded as Koffi;
}
