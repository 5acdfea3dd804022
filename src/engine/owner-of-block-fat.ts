/** What lies in given sectors of a FAT volume: its own structures by name, files and folder entries by path. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import type { Range } from './chunks.ts';
import { isMountPath, withoutAccessDates } from './compare-fat-folder.ts';
import {
  childPath,
  type FatFolder,
  type FatReader,
  fsInfoOffset,
  isAlike,
  openFatReader,
} from './fat-reader.ts';
import { type Labelled, Labels, type RangeIndex } from './labels.ts';

/** Bytes of one entry of a folder. */
const ENTRY_BYTES = 32;

/** `ranges` are sorted, disjoint, and in bytes from the start of the partition, like the result. */
export async function nameFat(
  image: BlockDevice,
  card: BlockDevice | null,
  ranges: readonly Range[],
): Promise<Labelled[]> {
  const labels = new Labels(ranges);
  const before = await openFatReader(image);
  if (!before) return labels.finish('the file system');
  const { dataOffset, clusters, clusterBytes, bytes } = before.geometry;
  const dataEnd = dataOffset + clusters * clusterBytes;
  nameReserved(labels, before);
  nameTables(labels, before);
  labels.name(dataEnd, bytes - dataEnd, 'space after the last cluster');
  labels.name(bytes, image.size - bytes, 'space after the file system');
  labels.settle();
  const now = card && (await openFatReader(card));
  const sides = [before, ...(now && isAlike(before, now) ? [now] : [])];
  try {
    // Entries are looked at on both sides before their folder as a whole, so that a new file is named, too.
    for (const side of sides) {
      await nameEntries(labels, side, sides);
      labels.settle();
    }
    for (const side of sides) {
      await nameContents(labels, side);
      labels.settle();
    }
  } catch (error) {
    // A volume that makes no sense from here on names nothing more.
    if (!(error instanceof MalformedBytes)) throw error;
    return labels.finish('files or free space');
  }
  return labels.finish('free space');
}

function nameReserved(labels: Labels, reader: FatReader): void {
  const { geometry, boot } = reader;
  const sectorBytes = boot.u16(11);
  const info = fsInfoOffset(reader);
  const spare = geometry.bits === 32 ? boot.u16(50) * sectorBytes : 0;
  labels.name(0, sectorBytes, 'boot sector');
  if (info !== null) labels.name(info, sectorBytes, 'FSInfo');
  if (spare > 0) labels.name(spare, sectorBytes, 'copy of the boot sector');
  labels.settle();
  labels.name(0, geometry.fatOffset, 'reserved sectors');
  labels.settle();
}

function nameTables(labels: Labels, { geometry }: FatReader): void {
  const { fatOffset, fatBytes, fats } = geometry;
  for (let copy = 0; copy < fats; copy++) {
    const name = copy === 0 ? 'FAT' : 'second copy of the FAT';
    labels.name(fatOffset + copy * fatBytes, fatBytes, name);
  }
}

/** Names the entries that differ in folders that differ, and leaves out those that do not. */
async function nameEntries(
  labels: Labels,
  side: FatReader,
  sides: readonly FatReader[],
): Promise<void> {
  for await (const folder of side.folders()) {
    if (!touches(labels.left, side, folder)) continue;
    const owners = ownersOf(folder);
    for (let at = 0; at + ENTRY_BYTES <= folder.bytes.length; at += ENTRY_BYTES) {
      const place = folder.place(at);
      if (labels.left.within(place, ENTRY_BYTES).length === 0) continue;
      const difference = await compareEntry(sides, place);
      const owner = owners.get(at);
      if (difference === 'none') labels.drop(place, ENTRY_BYTES);
      else if (owner) nameEntry(labels, place, owner, difference);
    }
  }
}

/** Which entry each place of a folder belongs to. */
function ownersOf(folder: FatFolder): Map<number, string> {
  const owners = new Map<number, string>();
  for (const entry of folder.entries) {
    const name = entry.isLabel ? 'volume label' : childPath(folder.path, entry.name);
    for (let at = entry.start; at <= entry.at; at += ENTRY_BYTES) owners.set(at, name);
  }
  return owners;
}

function nameEntry(labels: Labels, place: number, owner: string, difference: EntryDifference) {
  if (difference === 'access') {
    labels.name(place, ENTRY_BYTES, `${owner} (its date of last access)`, true);
  } else {
    const suffix = owner.startsWith('/') ? ' (its folder entry)' : '';
    labels.name(place, ENTRY_BYTES, `${owner}${suffix}`, isMountPath(owner));
  }
}

type EntryDifference = 'none' | 'access' | 'more';

/** How 32 bytes of a folder differ; "more" where there is no other side that could be compared. */
async function compareEntry(sides: readonly FatReader[], place: number): Promise<EntryDifference> {
  const [left, right] = await Promise.all(
    sides.map(({ window }) => readUpTo(window, place, ENTRY_BYTES)),
  );
  if (!left || !right) return 'more';
  if (Buffer.compare(left, right) === 0) return 'none';
  return Buffer.compare(withoutAccessDates(left), withoutAccessDates(right)) === 0
    ? 'access'
    : 'more';
}

function touches(left: RangeIndex, { geometry }: FatReader, folder: FatFolder): boolean {
  if (folder.clusters.length === 0 && folder.path === '/') {
    return left.within(geometry.rootOffset, geometry.rootBytes).length > 0;
  }
  return folder.clusters.some(
    (_, index) =>
      left.within(folder.place(index * geometry.clusterBytes), geometry.clusterBytes).length > 0,
  );
}

/** Names clusters by the files and folders whose chains they are in. */
async function nameContents(labels: Labels, side: FatReader): Promise<void> {
  if (labels.left.isEmpty) return;
  const { clusterBytes, rootOffset, rootBytes, bits } = side.geometry;
  if (bits !== 32) labels.name(rootOffset, rootBytes, '/ (folder)');
  for await (const folder of side.folders()) {
    for (const cluster of folder.clusters) {
      const what = `${folder.path} (folder)`;
      labels.name(side.clusterOffset(cluster), clusterBytes, what, isMountPath(folder.path));
    }
    for (const entry of folder.entries) {
      if (entry.isFolder || entry.isLabel) continue;
      const path = childPath(folder.path, entry.name);
      for await (const cluster of side.chain(side.firstOf(entry))) {
        labels.name(side.clusterOffset(cluster), clusterBytes, path, isMountPath(path));
      }
    }
  }
}
