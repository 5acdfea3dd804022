/** Everything PiKeep may ask of a Mac. */

import { createDirectDoor } from '../direct-door.ts';
import type { Door, Platform } from '../ports.ts';
import { createAuthopenDoor } from './authopen-door.ts';
import { createDesktop } from './desktop.ts';
import { createDiskActions } from './disk-actions.ts';
import { MacDiskList } from './disk-list.ts';
import { createMacImageFiles } from './image-files.ts';
import { type MacPlaces, systemPlaces } from './tools.ts';
import { createVolumes } from './volumes.ts';

export interface MacPlatformOptions {
  /** The door through the elevated helper; it comes from outside, because the platform does not know the helper. */
  readonly helperDoor?: Door | null;
  /** The system's programs and device nodes; replaced only by the stand-in of the tests. */
  readonly places?: MacPlaces;
}

export function createMacPlatform({
  helperDoor = null,
  places = systemPlaces,
}: MacPlatformOptions = {}): Platform {
  const volumes = createVolumes(places);
  return {
    name: 'macos',
    disks: new MacDiskList(places),
    actions: createDiskActions(places),
    volumes,
    desktop: createDesktop(places),
    imageFiles: createMacImageFiles(volumes),
    readDoors: [
      createDirectDoor(),
      createAuthopenDoor(places),
      ...(helperDoor ? [helperDoor] : []),
    ],
  };
}
