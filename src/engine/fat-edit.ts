/**
 * Changes the text of a small file in the root of a FAT volume without touching the table: within the clusters the file
 * already has, and the size in its entry (FAT specification 1.03, section 6).
 */

import { readUpTo } from './block-device.ts';
import { MalformedBytes } from './bytes.ts';
import type { FatReader } from './fat-reader.ts';

/** Bytes of the volume that have to become others. */
export interface FatChange {
  /** Bytes from the start of the volume. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Far more than a file has that is worth changing this way. */
const MAX_CLUSTERS = 64;

/**
 * What to write so that the file holds what `change` makes of its text (Latin-1); ascending and disjoint. Null where there
 * is no such file, `change` says null, the new text needs another cluster, or the volume is not understood. Device errors
 * pass through.
 */
export async function editFatText(
  volume: FatReader,
  name: string,
  change: (text: string) => string | null,
): Promise<FatChange[] | null> {
  try {
    return await edit(volume, name, change);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

async function edit(
  volume: FatReader,
  name: string,
  change: (text: string) => string | null,
): Promise<FatChange[] | null> {
  const { clusterBytes } = volume.geometry;
  const root = await volume.root();
  const found = root.entries.filter(
    (entry) => entry.name.toLowerCase() === name.toLowerCase() && !entry.isFolder && !entry.isLabel,
  );
  const [entry] = found;
  if (!entry || found.length > 1 || entry.bytes === 0) return null;
  const clusters: number[] = [];
  for await (const cluster of volume.chain(volume.firstOf(entry))) {
    if (clusters.length === MAX_CLUSTERS || clusters.includes(cluster)) return null;
    clusters.push(cluster);
  }
  const room = clusters.length * clusterBytes;
  if (entry.bytes > room) return null;
  const parts: Uint8Array[] = [];
  for (const cluster of clusters) {
    parts.push(await readUpTo(volume.window, volume.clusterOffset(cluster), clusterBytes));
  }
  const text = change(Buffer.concat(parts).subarray(0, entry.bytes).toString('latin1'));
  if (text === null) return null;
  const content = Buffer.from(text, 'latin1');
  if (content.length === 0 || content.length > room) return null;
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, content.length, true);
  const place = root.place(entry.at + 28);
  // A folder inside of its own file: the chains are tangled.
  if (clusters.some((cluster) => isIn(place, volume.clusterOffset(cluster), clusterBytes))) {
    return null;
  }
  const changes = clusters.map((cluster, index) => ({
    offset: volume.clusterOffset(cluster),
    data: content.subarray(index * clusterBytes, (index + 1) * clusterBytes),
  }));
  return [{ offset: place, data: size }, ...changes]
    .filter(({ data }) => data.length > 0)
    .toSorted((left, right) => left.offset - right.offset);
}

function isIn(place: number, offset: number, bytes: number): boolean {
  return place >= offset && place < offset + bytes;
}
