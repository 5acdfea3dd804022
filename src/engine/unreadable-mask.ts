/** A card without the places that it did not give when its image was made: zeros, as in the image, and nothing is read there. */

import type { BlockDevice } from './block-device.ts';
import type { Range } from './chunks.ts';
import { intersect, invert, toExtents } from './extents.ts';

/** `unreadable` in any order, and of any length: they are what a manifest says. */
export function maskUnreadable(device: BlockDevice, unreadable: readonly Range[]): BlockDevice {
  const holes = toExtents(unreadable);
  if (holes.length === 0) return device;
  const { path, size, sectorSize } = device;
  const readable = invert(holes, size);
  return {
    path,
    size,
    sectorSize,
    async read(into, offset) {
      const asked = [{ offset, bytes: into.length }];
      const parts = intersect(readable, asked);
      if (parts.length === 1 && parts[0]?.bytes === into.length) return device.read(into, offset);
      into.fill(0);
      for (const part of parts) {
        const at = part.offset - offset;
        await device.read(into.subarray(at, at + part.bytes), part.offset);
      }
    },
    close: () => device.close(),
  };
}
