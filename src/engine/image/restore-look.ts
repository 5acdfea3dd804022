/** Looks at the partitions of an image while it is being unpacked, to keep what a restore asks about and to see if it fits. */

import { occupantsOf, readLayout, sectorSizeOf } from '../fit-layout.ts';
import type { KeptParts } from './peek-device.ts';

/** Enough for the superblocks of every file system: those of FAT and ext come first, btrfs has one at 64 KiB. */
const PARTITION_BYTES = 256 * 1024;
const SECTOR_BYTES = 512;
/** Stands in for a size that only the end of the stream tells: 32 TiB. */
const UNKNOWN_BYTES = 2 ** 45;

/**
 * Where the last partition or file system ends, as far as that is known already; null when there is none. Asks `kept` for the
 * start of every partition. To be called again with every news: a chain of logical partitions is known only as far as it has
 * gone by.
 */
export async function contentEndOf(
  kept: KeptParts,
  path: string,
  statedBytes: number | null,
): Promise<number | null> {
  const bytes = statedBytes === null ? UNKNOWN_BYTES : statedBytes - (statedBytes % SECTOR_BYTES);
  const withSectors = (size: number) => kept.deviceSoFar(path, bytes, size);
  const sectorSize = await sectorSizeOf(withSectors, SECTOR_BYTES);
  const layout = await readLayout(withSectors(sectorSize));
  for (const { offset } of layout.partitions) kept.want(offset, PARTITION_BYTES);
  const ends = occupantsOf(layout).map(({ end }) => end);
  return ends.length === 0 ? null : Math.max(...ends);
}
