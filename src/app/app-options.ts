/** What the app can be told when it is started by hand. */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface AppOptions {
  /** Folder that stands in for the card reader; null for the computer's own disks. */
  readonly slot: string | null;
  readonly allowDiskImage: boolean;
}

/** Electron and macOS add arguments of their own, so unknown ones are passed over. */
export function parseAppOptions(args: readonly string[]): AppOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { slot: { type: 'string' }, 'allow-disk-image': { type: 'boolean' } },
  });
  return {
    slot: typeof values.slot === 'string' ? resolve(values.slot) : null,
    allowDiskImage: values['allow-disk-image'] === true,
  };
}
