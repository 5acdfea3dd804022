/** Everything PiKeep may ask of a Mac. */

import { createCardAccess } from '../card-access.ts';
import { createCompressor } from '../compression.ts';
import { createDirectDoor } from '../direct-door.ts';
import type { Platform } from '../ports.ts';
import { powerOf } from '../power.ts';
import { createUnpacker } from '../unpacker.ts';
import { createAuthopenDoor } from './authopen-door.ts';
import { createAuthopenWriteDoor } from './authopen-write-door.ts';
import { createDesktop } from './desktop.ts';
import { createRawWriteDoor } from './direct-write-door.ts';
import { createDiskActions } from './disk-actions.ts';
import { MacDiskList } from './disk-list.ts';
import { createMacImageFiles } from './image-files.ts';
import { macPowerSource } from './power.ts';
import { createTimeMachine } from './time-machine.ts';
import { type MacPlaces, systemPlaces } from './tools.ts';
import { createMacTrash } from './trash.ts';
import { createVolumes } from './volumes.ts';

/**
 * `places` are the system's programs and device nodes; only tests name others. The doors are those that need nothing from
 * outside the platform, in the order in which they are tried; the one through the elevated helper comes after them.
 */
export function createMacPlatform(places: MacPlaces = systemPlaces): Platform {
  const volumes = createVolumes(places);
  return {
    name: 'macos',
    disks: new MacDiskList(places),
    actions: createDiskActions(places),
    access: createCardAccess('macos', places.tools.authopen),
    volumes,
    desktop: createDesktop(places),
    trash: createMacTrash(places),
    timeMachine: createTimeMachine(places),
    power: () => powerOf(macPowerSource(places)),
    imageFiles: createMacImageFiles(volumes),
    compressor: createCompressor(),
    unpacker: createUnpacker(),
    readDoors: [createDirectDoor(), createAuthopenDoor(places)],
    writeDoors: [createRawWriteDoor(), createAuthopenWriteDoor(places)],
  };
}
