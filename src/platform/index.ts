/** The one switch on the operating system. */

import { PiKeepError } from '../engine/errors.ts';
import { helperState } from './door-states.ts';
import type { CardAccess, Door, Platform, WriteDoor } from './ports.ts';
import { inOrder, macosVersion, orderOfWriteDoors } from './write-door-order.ts';

export interface PlatformOptions {
  /** A folder to use as card reader instead of the machine's disks. */
  readonly slot: string | null;
}

/**
 * The world PiKeep runs in. What a system needs (the macOS adapter, sudo-prompt on Linux) is loaded only there, and koffi only
 * when it is used. Throws UNSUPPORTED elsewhere than on macOS and Linux.
 */
export async function createPlatform({ slot }: PlatformOptions): Promise<Platform> {
  const host = await createHost();
  if (slot === null) {
    return {
      ...host,
      access: withHelper(host),
      readDoors: [...host.readDoors, helperDoor(host.name)],
      writeDoors: inOrder(
        [...host.writeDoors, helperWriteDoor(host.name)],
        orderOfWriteDoors(macosVersion()),
      ),
    };
  }
  const { createSlotPlatform } = await import('./slot/index.ts');
  return createSlotPlatform(slot, host);
}

async function createHost(): Promise<Platform> {
  switch (process.platform) {
    case 'darwin': {
      const { createMacPlatform } = await import('./macos/index.ts');
      return createMacPlatform();
    }
    case 'linux': {
      const { createLinuxPlatform } = await import('./linux/index.ts');
      return createLinuxPlatform();
    }
    default:
      throw new PiKeepError('UNSUPPORTED', { what: process.platform });
  }
}

function withHelper({ access, name }: Platform): CardAccess {
  const findHelper = async (): Promise<string> => {
    const { helperProgram } = await import('../helper/door.ts');
    return helperProgram();
  };
  return {
    ...access,
    doors: async (cards) => [...(await access.doors(cards)), await helperState(name, findHelper)],
  };
}

/** The last door: reading through a process of root's, whom the system's own dialog asks for. */
function helperDoor(system: Platform['name']): Door {
  return {
    name: 'helper',
    async open(request) {
      const { createHelperDoor } = await import('../helper/door.ts');
      return createHelperDoor({ system }).open(request);
    },
  };
}

/** The same for a restore. */
function helperWriteDoor(system: Platform['name']): WriteDoor {
  return {
    name: 'helper',
    async open(request) {
      const { createHelperWriteDoor } = await import('../helper/door.ts');
      return createHelperWriteDoor({ system }).open(request);
    },
  };
}
