/**
 * One hash over everything that the map of a card is made from: the partition table, and of every ext file system the
 * superblock with its counters of mounts and writes, the descriptors, the bitmaps and the journal. What lies in FAT file
 * systems is left out, since it is compared byte by byte when a backup is carried on.
 */

import { createHash } from 'node:crypto';
import type { BlockDevice } from './block-device.ts';
import type { Card } from './card.ts';
import type { Range } from './chunks.ts';
import { isPiKeepError } from './errors.ts';
import { intersect, invert } from './extents.ts';
import { readPartitionTable } from './partitions.ts';
import { structureView } from './structure-view.ts';
import { mapUsed, type UsedMap } from './used-map.ts';

export interface MappedCard {
  readonly map: UsedMap;
  /** 64 hex digits: equal whenever the map was made from the same bytes. */
  readonly fingerprint: string;
}

/** As `mapUsed`, with the fingerprint of what it read; `fat` are the places that do not count. */
export async function mapWithFingerprint(
  device: BlockDevice,
  card: Card,
  holes: readonly Range[],
  fat: readonly Range[],
): Promise<MappedCard> {
  const hash = createHash('sha256');
  const note = (what: string): void => void hash.update(`${what}\n`);
  note(`card ${device.size} ${device.sectorSize}`);
  for (const { index, offset, bytes, fileSystem } of card.partitions) {
    note(
      `partition ${index} ${offset} ${bytes} ${fileSystem?.startsWith('fat') ? 'fat' : fileSystem}`,
    );
  }
  const seen: BlockDevice = {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    async read(into, offset) {
      const bytes = into.length;
      const isFat = intersect([{ offset, bytes }], fat).length > 0;
      try {
        await device.read(into, offset);
      } catch (error) {
        if (!isFat && isPiKeepError(error, 'READ_FAILED')) note(`unreadable ${offset} ${bytes}`);
        throw error;
      }
      if (isFat) return;
      note(`read ${offset} ${bytes}`);
      hash.update(into);
    },
    close: () => Promise.resolve(),
  };
  await readPartitionTable(structureView(seen).device);
  const map = await mapUsed(seen, card, holes);
  return { map, fingerprint: hash.digest('hex') };
}

/** The hash of what of a plan lies outside of FAT file systems. */
export function planSha256(
  ranges: readonly Range[],
  fat: readonly Range[],
  cardBytes: number,
): string {
  const hash = createHash('sha256');
  for (const { offset, bytes } of intersect(ranges, invert(fat, cardBytes))) {
    hash.update(`${offset} ${bytes}\n`);
  }
  return hash.digest('hex');
}
