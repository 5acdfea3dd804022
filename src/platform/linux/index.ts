/** PiKeep's world on Linux. */

import { createCardAccess } from '../card-access.ts';
import { createCompressor } from '../compression.ts';
import { createDirectDoor } from '../direct-door.ts';
import { createDirectWriteDoor } from '../direct-write-door.ts';
import { createImageFiles } from '../image-files.ts';
import type { Platform } from '../ports.ts';
import { powerOf } from '../power.ts';
import { createUnpacker } from '../unpacker.ts';
import { createLinuxDesktop } from './desktop.ts';
import { createLinuxActions } from './disk-actions.ts';
import { listDisks } from './disk-list.ts';
import { watchDisks } from './disk-watch.ts';
import { findHolder } from './holder.ts';
import { linuxPowerSource } from './power.ts';
import { type LinuxTools, systemTools } from './tools.ts';
import { createLinuxTrash } from './trash.ts';
import { createLinuxVolumes } from './volumes.ts';

export function createLinuxPlatform(tools: LinuxTools = systemTools): Platform {
  return {
    name: 'linux',
    disks: {
      list: (signal) => listDisks({ program: tools.lsblk }, signal),
      watch: (onChange) => watchDisks(tools, onChange),
    },
    actions: createLinuxActions(tools),
    access: createCardAccess('linux'),
    volumes: createLinuxVolumes(tools),
    desktop: createLinuxDesktop(tools),
    trash: createLinuxTrash(),
    power: () => powerOf(linuxPowerSource()),
    imageFiles: createImageFiles(),
    compressor: createCompressor(),
    unpacker: createUnpacker(),
    readDoors: [createDirectDoor((path) => findHolder([path]))],
    writeDoors: [createDirectWriteDoor()],
  };
}
