/** A folder that stands in for a card reader. Volumes, desktop and image files are those of the computer it lies on. */

import { resolve } from 'node:path';
import { createCardAccess } from '../card-access.ts';
import { createDirectDoor } from '../direct-door.ts';
import { createDirectWriteDoor } from '../direct-write-door.ts';
import { helperState } from '../door-states.ts';
import type { CardAccess, Platform } from '../ports.ts';
import { createSlotActions } from './disk-actions.ts';
import { SlotDiskList } from './disk-list.ts';
import { watchSlot } from './disk-watch.ts';

export function createSlotPlatform(slot: string, host: Platform): Platform {
  const folder = resolve(slot);
  const cards = new SlotDiskList(folder);
  return {
    name: 'slot',
    disks: {
      list: (signal) => cards.list(signal),
      watch: (onChange) => watchSlot(folder, onChange),
    },
    actions: createSlotActions(folder),
    access: slotAccess,
    volumes: host.volumes,
    desktop: host.desktop,
    trash: host.trash,
    ...(host.timeMachine ? { timeMachine: host.timeMachine } : {}),
    power: () => host.power(),
    imageFiles: host.imageFiles,
    compressor: host.compressor,
    unpacker: host.unpacker,
    readDoors: [createDirectDoor()],
    writeDoors: [createDirectWriteDoor()],
  };
}

const access = createCardAccess('slot');
const slotAccess: CardAccess = {
  ...access,
  doors: async (cards) => [
    ...(await access.doors(cards)),
    await helperState('slot', () => Promise.resolve('')),
  ],
};
