/** What a card that may simply be read says about itself, as the facts of a `Disk`. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { Disk, DiskPartition } from '../engine/disk.ts';
import { openExt } from '../engine/ext.ts';
import { openFat } from '../engine/fat.ts';
import { readPartitionTable } from '../engine/partitions.ts';
import type { TablePartition } from '../engine/table-partition.ts';
import { readUnfinished } from '../engine/unfinished.ts';
import { windowOf } from '../engine/window.ts';

export type CardFacts = Pick<Disk, 'scheme' | 'tableId' | 'bootFiles' | 'unfinished'> & {
  readonly partitions: readonly DiskPartition[];
};

/** More names than any boot partition has; a hostile one could list many more. */
const MAX_BOOT_FILES = 512;
/** As many as a message between our processes may carry. */
const MAX_PARTITIONS = 256;

/** Reads the table, the labels and the names in the first FAT partition. Malformed content is left out; device errors pass. */
export async function readCardFacts(device: BlockDevice): Promise<CardFacts> {
  const mark = await readUnfinished(device);
  if (mark) {
    const { image: unfinished } = mark;
    return { scheme: 'none', tableId: null, partitions: [], bootFiles: null, unfinished };
  }
  const table = await readPartitionTable(device);
  const partitions: DiskPartition[] = [];
  let bootFiles: readonly string[] | null = null;
  for (const part of table.partitions.slice(0, MAX_PARTITIONS)) {
    const volume = part.kind === 'extended' ? null : await readVolume(device, part);
    bootFiles ??= volume?.files ?? null;
    partitions.push({
      index: part.index,
      node: null,
      kind: part.kind,
      typeName: part.typeName,
      label: cleanLabel(volume?.label ?? part.name),
      uuid: volume?.uuid ?? null,
      offset: part.offset,
      bytes: part.bytes,
      mountPoints: [],
    });
  }
  return { scheme: table.scheme, tableId: table.tableId, partitions, bootFiles };
}

/** A label without control characters, short enough to show; null for nothing. */
export function cleanLabel(text: string | null): string | null {
  const clean = (text ?? '')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 255);
  return clean === '' ? null : clean;
}

interface Volume {
  readonly label: string | null;
  readonly uuid: string | null;
  /** Names in the root folder of a FAT; null for everything else. */
  readonly files: readonly string[] | null;
}

async function readVolume(device: BlockDevice, part: TablePartition): Promise<Volume | null> {
  const window = windowOf(device, part.offset, part.bytes);
  const fat = await openFat(window);
  if (fat) {
    const names = await fat.rootNames();
    return { label: fat.label, uuid: fat.uuid, files: names.slice(0, MAX_BOOT_FILES) };
  }
  const ext = await openExt(window);
  if (!ext) return null;
  return { label: ext.superblock.label, uuid: ext.superblock.uuid, files: null };
}
