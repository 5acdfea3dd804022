/** The options every command understands. */

import type { Command } from 'commander';
import { Option } from 'commander';
import { type DoorName, doorNames } from '../platform/ports.ts';

export interface GlobalOptions {
  readonly json: boolean;
  /** Folder that stands in for the card reader; null for the machine's own disks. */
  readonly slot: string | null;
  readonly door: DoorName | null;
  readonly allowDiskImage: boolean;
  /** Null: as in the settings. */
  readonly library: string | null;
}

export function addGlobalOptions(program: Command): void {
  program
    .option('--json', 'print one JSON object a line, for scripts')
    .option('--slot <folder>', 'use the images in this folder as cards, instead of the real disks')
    .addOption(
      new Option('--door <name>', 'open the card in this one way only').choices([...doorNames]),
    )
    .option('--allow-disk-image', 'accept disk images and loop devices as cards')
    .option(
      '--library <folder>',
      'keep backups in this folder, instead of the one in the settings',
    );
}

export function globalOptionsOf(command: Command): GlobalOptions {
  const given = command.optsWithGlobals<{
    json?: true;
    slot?: string;
    door?: DoorName;
    allowDiskImage?: true;
    library?: string;
  }>();
  return {
    json: given.json === true,
    slot: given.slot ?? null,
    door: given.door ?? null,
    allowDiskImage: given.allowDiskImage === true,
    library: given.library ?? null,
  };
}
