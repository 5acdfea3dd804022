/** A file that tells how far it has been read. */

import type { BlockDevice } from './block-device.ts';

/** Calls `onProgress` with the bytes beyond what was reached before; some programs look twice at a place. */
export function countingDevice(
  file: BlockDevice,
  onProgress: (bytes: number) => void,
): BlockDevice {
  let reached = 0;
  return {
    path: file.path,
    size: file.size,
    sectorSize: file.sectorSize,
    async read(into, offset) {
      await file.read(into, offset);
      const end = offset + into.length;
      if (end <= reached) return;
      onProgress(end - reached);
      reached = end;
    },
    close: () => file.close(),
  };
}
