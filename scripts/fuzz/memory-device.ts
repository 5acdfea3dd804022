/** Bytes as a device that answers at once: what is tested has no time to lose. */

import type { BlockDevice } from '../../src/engine/block-device.ts';

export function memoryOf(content: Uint8Array): BlockDevice {
  const size = content.length;
  return {
    path: 'fuzz',
    size,
    sectorSize: 512,
    async read(into, offset) {
      if (!Number.isSafeInteger(offset) || offset < 0 || offset + into.length > size) {
        throw new RangeError(`${into.length} bytes at ${offset} of ${size}`);
      }
      into.set(content.subarray(offset, offset + into.length));
    },
    close: () => Promise.resolve(),
  };
}
