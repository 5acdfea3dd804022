/** Looks at the partitions of an image while it is being unpacked, to keep what a restore asks about and to see if it fits. */

import { readPartitionTable } from '../partitions.ts';
import type { KeptParts } from './peek-device.ts';

/** Enough for the superblocks of every file system: those of FAT and ext come first, btrfs has one at 64 KiB. */
const PARTITION_BYTES = 256 * 1024;
/** Stands in for a size that only the end of the stream tells: 32 TiB. */
const UNKNOWN_BYTES = 2 ** 45;

/**
 * Where the last partition ends, as far as that is known already; 0 when there is none. Asks `kept` for the start of every
 * partition. To be called again with every news: a chain of logical partitions is known only as far as it has gone by.
 */
export async function partitionsEndOf(
  kept: KeptParts,
  path: string,
  statedBytes: number | null,
): Promise<number> {
  const bytes = statedBytes === null ? UNKNOWN_BYTES : statedBytes - (statedBytes % 512);
  const { partitions } = await readPartitionTable(kept.deviceSoFar(path, bytes));
  let end = 0;
  for (const part of partitions) {
    kept.want(part.offset, PARTITION_BYTES);
    if (part.kind !== 'extended') end = Math.max(end, part.offset + part.bytes);
  }
  return end;
}
