/** What the app can be told when it is started by hand. */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type DoorName, doorNames } from '../platform/ports.ts';

export interface AppOptions {
  /** Folder that stands in for the card reader; null for the computer's own disks. */
  readonly slot: string | null;
  /** Folder for the images; null for the one in the settings. */
  readonly library: string | null;
  readonly allowDiskImage: boolean;
  /** One way of opening a card only. */
  readonly door: DoorName | null;
}

/** Electron and macOS add arguments of their own, so unknown ones are passed over. */
export function parseAppOptions(args: readonly string[]): AppOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      slot: { type: 'string' },
      library: { type: 'string' },
      'allow-disk-image': { type: 'boolean' },
      door: { type: 'string' },
    },
  });
  return {
    slot: folder(values.slot),
    library: folder(values.library),
    allowDiskImage: values['allow-disk-image'] === true,
    door: doorNames.find((name) => name === values.door) ?? null,
  };
}

function folder(value: string | boolean | undefined): string | null {
  return typeof value === 'string' && value !== '' ? resolve(value) : null;
}
