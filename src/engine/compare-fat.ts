/**
 * Is a FAT volume the same as before, but for what mounting it writes? Proven by comparing the two volumes field by field,
 * never guessed. What may differ: the marks that say it is mounted (specification 1.03, section 4: FAT[1]; Linux keeps one
 * in the boot sector, linux/msdos_fs.h: FAT_STATE_DIRTY), FSInfo's two hints, dates of the last access, and the hidden
 * folders macOS makes in the root, with the clusters they take.
 */

import { Bitmap } from './bitmap.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import type { Range } from './chunks.ts';
import { compareFolders, isMountFolder, isMountMade } from './compare-fat-folder.ts';
import { compareTables, grownClusters, type Loose } from './compare-fat-table.ts';
import { childPath, type FatReader, fsInfoOffset, isAlike, openFatReader } from './fat-reader.ts';
import { FatTable } from './fat-table.ts';

/** Bit 0 of the state byte: mounted, not yet unmounted. */
const STATE_DIRTY = 1;

/**
 * Null when the volumes are the same but for what mounting writes; else the first thing that is not, in words. `ranges` are
 * all sectors that differ, in bytes from the start of the partition.
 */
export async function beyondMounting(
  image: BlockDevice,
  card: BlockDevice,
  ranges: readonly Range[],
): Promise<string | null> {
  const before = await openFatReader(image);
  const now = await openFatReader(card);
  if (!before || !now || !isAlike(before, now)) return 'it is no longer the same FAT volume';
  try {
    return await compare(before, now, ranges);
  } catch (error) {
    if (error instanceof MalformedBytes) return `its structures make no sense (${error.message})`;
    throw error;
  }
}

async function compare(
  before: FatReader,
  now: FatReader,
  ranges: readonly Range[],
): Promise<string | null> {
  const reserved = await compareReserved(before, now);
  if (reserved) return reserved;
  const was = { hidden: await hiddenClusters(before), root: (await before.root()).clusters };
  const is = { hidden: await hiddenClusters(now), root: (await now.root()).clusters };
  return (
    (await compareFolders(before, now)) ??
    (await compareTables(before, now, was, is)) ??
    (await sharedCluster(before, was, is)) ??
    (await compareClusters(before, now, was, is, ranges))
  );
}

/** Everything in front of the first FAT. */
async function compareReserved(before: FatReader, now: FatReader): Promise<string | null> {
  const { fatOffset, bits } = before.geometry;
  const [was, is] = await Promise.all([
    readUpTo(before.window, 0, fatOffset),
    readUpTo(now.window, 0, fatOffset),
  ]);
  const state = bits === 32 ? 0x41 : 0x25;
  for (const side of [was, is]) side[state] = (side[state] ?? 0) & ~STATE_DIRTY;
  const info = fsInfoOffset(before);
  if (info !== null && info + 512 <= fatOffset && isInfo(was, info) && isInfo(is, info)) {
    // Free clusters, and where to look for the next one: hints that every system writes anew.
    for (const side of [was, is]) side.fill(0, info + 488, info + 496);
  }
  return Buffer.compare(was, is) === 0 ? null : 'its reserved sectors differ';
}

function isInfo(reserved: Uint8Array, at: number): boolean {
  const info = new ByteReader(reserved.subarray(at, at + 512));
  return info.u32(0) === 0x41615252 && info.u32(484) === 0x61417272;
}

/** The clusters of the hidden folders in the root, and of everything in them. */
async function hiddenClusters(reader: FatReader): Promise<Bitmap> {
  const hidden = new Bitmap(reader.geometry.clusters);
  for await (const folder of reader.folders(isHidden)) {
    const isRoot = folder.path === '/';
    if (!isRoot) for (const cluster of folder.clusters) hidden.add(cluster - 2);
    for (const entry of folder.entries) {
      const isInside = isRoot ? isMountMade(entry) : true;
      if (!isInside || entry.isFolder || entry.isLabel) continue;
      for await (const cluster of reader.chain(reader.firstOf(entry))) hidden.add(cluster - 2);
    }
  }
  return hidden;
}

/** A cluster that a file shares with a hidden folder would hide a change of that file. */
async function sharedCluster(before: FatReader, was: Loose, is: Loose): Promise<string | null> {
  for await (const folder of before.folders((path) => !isHidden(path))) {
    for (const entry of folder.entries) {
      if (entry.isLabel || (folder.path === '/' && isMountMade(entry))) continue;
      for await (const cluster of before.chain(before.firstOf(entry))) {
        if (was.hidden.has(cluster - 2) || is.hidden.has(cluster - 2)) {
          return `${childPath(folder.path, entry.name)} shares clusters with a hidden folder`;
        }
      }
    }
  }
  return null;
}

/** The content of the clusters that differ: folders were compared already, loose ones may hold anything. */
async function compareClusters(
  before: FatReader,
  now: FatReader,
  was: Loose,
  is: Loose,
  ranges: readonly Range[],
): Promise<string | null> {
  const { dataOffset, clusterBytes, clusters } = before.geometry;
  const dataEnd = dataOffset + clusters * clusterBytes;
  const compared = await folderClusters(before);
  const grown = grownClusters(was, is);
  const [wasFree, isFree] = [freeIn(before), freeIn(now)];
  const wasVisited = (await now.root()).entries.some(isMountMade);
  for (const { offset, bytes } of ranges) {
    if (offset + bytes > dataEnd) return 'the space after the last cluster differs';
    if (offset + bytes <= dataOffset) continue;
    const first = Math.floor(Math.max(0, offset - dataOffset) / clusterBytes);
    const last = Math.floor((offset + bytes - 1 - dataOffset) / clusterBytes);
    for (let index = first; index <= last; index++) {
      if (compared.has(index)) continue;
      const wasLoose = was.hidden.has(index) || (await wasFree(index + 2));
      const isLoose = is.hidden.has(index) || grown.has(index + 2) || (await isFree(index + 2));
      if (!wasLoose || !isLoose) return `cluster ${index + 2} differs`;
      const isNobodys = !is.hidden.has(index) && !grown.has(index + 2) && !was.hidden.has(index);
      // What a deleted file of the hidden folders left behind; without any such folder it is a sign of something else.
      if (isNobodys && !wasVisited) return `free cluster ${index + 2} differs`;
    }
  }
  return null;
}

async function folderClusters(reader: FatReader): Promise<Bitmap> {
  const found = new Bitmap(reader.geometry.clusters);
  for await (const { clusters } of reader.folders((path) => !isHidden(path))) {
    for (const cluster of clusters) found.add(cluster - 2);
  }
  return found;
}

/** Whether every copy of the table calls a cluster free. */
function freeIn({ window, geometry }: FatReader): (cluster: number) => Promise<boolean> {
  const copies = Array.from(
    { length: geometry.fats },
    (_, copy) => new FatTable(window, geometry, copy),
  );
  return async (cluster) => {
    for (const table of copies) if ((await table.entry(cluster)) !== 0) return false;
    return true;
  };
}

function isHidden(path: string): boolean {
  return isMountFolder(path.split('/')[1] ?? '');
}
