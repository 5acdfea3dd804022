/** A part of a device that looks like a device of its own: a partition, as a file-system reader wants it. */

import type { BlockDevice } from './block-device.ts';

/** Reads are shifted by `offset` and may not leave `bytes`. Closing the window does not close the device. */
export function windowOf(device: BlockDevice, offset: number, bytes: number): BlockDevice {
  const size = Math.max(0, Math.min(bytes, device.size - offset));
  return {
    path: device.path,
    size,
    sectorSize: device.sectorSize,
    async read(into, at) {
      if (at < 0 || at + into.length > size) {
        throw new RangeError(`${into.length} bytes at ${at} lie outside of a window of ${size}`);
      }
      await device.read(into, offset + at);
    },
    close: () => Promise.resolve(),
  };
}
