/** A platform whose disks are given, and behind whose doors nothing is: whoever gets as far as a door is told so. */

import type { Disk } from '../../src/engine/disk.ts';
import { createLinuxPlatform } from '../../src/platform/linux/index.ts';
import type { Platform, VolumeFacts, WriteDoor } from '../../src/platform/ports.ts';
import { createSlotPlatform } from '../../src/platform/slot/index.ts';

/** What was done to the disks, in order. */
export type Deed = `unmount ${string}` | `open ${string}`;

export class DoorReached extends Error {}

export interface ListedPlatform extends Platform {
  readonly deeds: readonly Deed[];
}

/** `below` says which disks hold a path; "/" and everything not named lie on none. */
export function listedPlatform(
  list: () => readonly Disk[],
  below: Readonly<Record<string, readonly string[]>> = {},
): ListedPlatform {
  const deeds: Deed[] = [];
  const door: WriteDoor = {
    name: 'direct',
    open({ disk }) {
      deeds.push(`open ${disk.id}`);
      return Promise.reject(new DoorReached(disk.id));
    },
  };
  const volume = (path: string): VolumeFacts => ({
    fileSystem: 'ext4',
    mountPoint: path,
    freeBytes: 2 ** 40,
    maxFileBytes: Number.POSITIVE_INFINITY,
    keepsHoles: true,
    readOnly: false,
    network: false,
    disks: below[path] ?? [],
  });
  return {
    ...createSlotPlatform('/', createLinuxPlatform()),
    disks: { list: async () => list(), watch: () => ({ close: async () => undefined }) },
    actions: {
      unmount: async ({ id }) => void deeds.push(`unmount ${id}`),
      eject: async () => undefined,
    },
    volumes: { volumeOf: async (path) => volume(path) },
    readDoors: [],
    writeDoors: [door],
    deeds,
  };
}
