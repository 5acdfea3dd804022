/** What the proof of a restore is worth. */

import type { Disk } from '../engine/disk.ts';
import type { ReadBackMethod } from '../engine/image/image-file.ts';
import type { Platform } from '../platform/ports.ts';

/**
 * A device is read past the cache wherever it is opened. A card in the slot is a file, for which that depends on the file
 * system below; on macOS nothing keeps it out of memory.
 */
export async function provenHow(disk: Disk, { imageFiles }: Platform): Promise<ReadBackMethod> {
  if (disk.bus !== 'slot') return 'read-back';
  if (process.platform !== 'linux') return 'read-back-cached';
  const { device, readBackMethod } = await imageFiles.open(disk.path);
  await device.close();
  return readBackMethod;
}
