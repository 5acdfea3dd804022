/** Real devices of which a test replaces a part, to fail at one moment. */

import { PiKeepError } from '../../src/engine/errors.ts';
import type { WritableDevice } from '../../src/engine/writable-device.ts';
import type { Platform } from '../../src/platform/ports.ts';

export function writeFailed(errno: string): PiKeepError {
  return new PiKeepError('WRITE_FAILED', { path: 'target', offset: 0, bytes: 4096, errno });
}

/** The devices of every door, with some of what they do replaced. */
export function withDevice(
  platform: Platform,
  change: (device: WritableDevice) => WritableDevice,
): Platform {
  return {
    ...platform,
    writeDoors: platform.writeDoors.map((door) => ({
      name: door.name,
      open: async (request) => change(bound(await door.open(request))),
    })),
  };
}

/** Methods of a class instance, bound, so that one of them can be replaced in a copy. */
export function bound(device: WritableDevice): WritableDevice {
  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    read: (into, offset) => device.read(into, offset),
    write: (data, offset) => device.write(data, offset),
    flush: () => device.flush(),
    finishWriting: () => device.finishWriting(),
    close: () => device.close(),
  };
}

/** The card is pulled right after its first flush. */
export function lostAfterFlush(
  device: WritableDevice,
): Pick<WritableDevice, 'read' | 'write' | 'flush'> {
  let isLost = false;
  const unlessLost = async (work: () => Promise<void>): Promise<void> => {
    if (isLost) throw new PiKeepError('DEVICE_GONE', { path: device.path });
    await work();
  };
  return {
    read: (into, offset) => unlessLost(() => device.read(into, offset)),
    write: (data, offset) => unlessLost(() => device.write(data, offset)),
    flush: () =>
      unlessLost(async () => {
        await device.flush();
        isLost = true;
      }),
  };
}
