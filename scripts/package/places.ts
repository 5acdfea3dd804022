/** Names and places that everything about the package agrees on. */

import { join, resolve } from 'node:path';
import type { Architecture } from './mach-o.ts';

export const root = resolve(import.meta.dirname, '../..');

export const APP_ID = 'io.github.pikeep';
export const PRODUCT = 'PiKeep';
/** Electron 45 and what the app asks of macOS (login items, the question before a USB accessory connects) begin with Ventura. */
export const MINIMUM_MACOS = '13.0';

/** Everything that packaging makes. */
export const output = join(root, 'dist/package');

/** The folder whose contents become the archive of the app. */
export function stageOf(architecture: Architecture): string {
  return join(output, `stage-${architecture}`);
}

/** Where electron-builder leaves the app itself; it adds the architecture to the name unless it is x64. */
export function appOf(architecture: Architecture): string {
  const folder = architecture === 'x64' ? 'mac' : `mac-${architecture}`;
  return join(output, 'out', folder, `${PRODUCT}.app`);
}
