/**
 * Which bytes of a FAT volume are in use. A cluster is free only if every copy of the FAT says so and no folder entry leads
 * to it: a card pulled in the middle of a write has copies that differ.
 */

import { english } from '../language/english.ts';
import { Bitmap } from './bitmap.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { totalBytes } from './chunks.ts';
import { union } from './extents.ts';
import { parseFolder } from './fat-folder.ts';
import { type FatGeometry, readGeometry } from './fat-geometry.ts';
import { FatTable } from './fat-table.ts';
import { looksLikeFat } from './file-system.ts';
import type { FileSystemMap } from './file-system-map.ts';

/** 65536 entries of 32 bytes (specification, section 6). */
const MAX_FOLDER_BYTES = 2 * 1024 * 1024;
const BAD_CLUSTER = { 12: 0xff7, 16: 0xfff7, 32: 0x0ffffff7 } as const;

/** Judges the volume at the start of `window`. Device errors pass through; everything not understood is "whole". */
export async function mapFat(window: BlockDevice): Promise<FileSystemMap> {
  try {
    const boot = new ByteReader(await readUpTo(window, 0, 512));
    const geometry = looksLikeFat(boot) ? readGeometry(boot) : null;
    if (!geometry) return whole(english`its FAT header does not make sense`);
    if (geometry.bytes > window.size)
      return whole(english`its file system is longer than its partition`);
    return await map(window, geometry);
  } catch (error) {
    if (error instanceof MalformedBytes)
      return whole(english`its FAT is damaged (${error.message})`);
    throw error;
  }
}

function whole(reason: string): FileSystemMap {
  return { strategy: 'whole', reason };
}

async function map(window: BlockDevice, geometry: FatGeometry): Promise<FileSystemMap> {
  const used = new Bitmap(geometry.clusters);
  const tables = Array.from(
    { length: geometry.fats },
    (_, copy) => new FatTable(window, geometry, copy),
  );
  const differing = await markTables(tables, geometry, used);
  const walk = new FolderWalk(window, geometry, tables, used);
  await walk.run();

  const { clusterBytes, clusters, dataOffset, bytes } = geometry;
  const dataEnd = dataOffset + clusters * clusterBytes;
  const ranges = union(
    // Reserved sectors with FSInfo and the spare boot sector, the FATs, the root folder of FAT12 and FAT16.
    [{ offset: 0, bytes: dataOffset }],
    used.ranges(dataOffset, clusterBytes),
    [{ offset: dataEnd, bytes: bytes - dataEnd }],
  );
  const notes: string[] = [];
  if (differing > 0)
    notes.push(
      english`The two copies of the FAT differ in ${differing} entries; both are honoured.`,
    );
  if (walk.strays > 0)
    notes.push(
      english`${walk.strays} clusters in use are marked free in the FAT; they are copied.`,
    );
  return {
    strategy: 'used',
    bytes,
    used: ranges,
    usedBytes: totalBytes(ranges),
    notes,
    journal: null,
  };
}

/** Marks what any copy of the table calls used; returns how many entries differ between the copies. */
async function markTables(
  tables: readonly FatTable[],
  geometry: FatGeometry,
  used: Bitmap,
): Promise<number> {
  const bad = BAD_CLUSTER[geometry.bits];
  let differing = 0;
  for (let index = 0; index < geometry.clusters; index++) {
    let first: number | null = null;
    let differs = false;
    for (const table of tables) {
      const entry = await table.entry(index + 2);
      if (entry !== 0 && entry !== bad) used.add(index);
      differs ||= first !== null && first !== entry;
      first ??= entry;
    }
    if (differs) differing++;
  }
  return differing;
}

/** Follows every folder entry, whatever the tables say of the clusters it leads to. */
class FolderWalk {
  readonly #window: BlockDevice;
  readonly #geometry: FatGeometry;
  readonly #tables: readonly FatTable[];
  readonly #used: Bitmap;
  /** First clusters of folders that were ever in line to be entered: a folder inside itself is entered once. */
  readonly #queued: Bitmap;
  /** Clusters read as part of a folder, and those that a folder's chain was followed through: each once, however tangled. */
  readonly #read: Bitmap;
  readonly #followed: Bitmap;
  readonly #pending: number[] = [];
  strays = 0;

  constructor(
    window: BlockDevice,
    geometry: FatGeometry,
    tables: readonly FatTable[],
    used: Bitmap,
  ) {
    this.#window = window;
    this.#geometry = geometry;
    this.#tables = tables;
    this.#used = used;
    this.#queued = new Bitmap(geometry.clusters);
    this.#read = new Bitmap(geometry.clusters);
    this.#followed = new Bitmap(geometry.clusters);
  }

  async run(): Promise<void> {
    const { bits, rootOffset, rootBytes, rootCluster } = this.#geometry;
    if (bits === 32) this.#queue(rootCluster);
    else this.#visit(new ByteReader(await readUpTo(this.#window, rootOffset, rootBytes)));
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      await this.#follow(next);
    }
  }

  #queue(folder: number): void {
    if (!this.#exists(folder) || this.#queued.has(folder - 2)) return;
    this.#queued.add(folder - 2);
    this.#pending.push(folder);
  }

  /** Marks the first cluster of every entry (its chain is in the tables), and notes folders to enter. */
  #visit(folder: ByteReader): void {
    for (const entry of parseFolder(folder)) {
      const cluster = this.#geometry.bits === 32 ? entry.firstCluster : entry.firstCluster & 0xffff;
      if (entry.isLabel || !this.#exists(cluster)) continue;
      this.#mark(cluster);
      if (entry.isFolder) this.#queue(cluster);
    }
  }

  /** Reads a folder up to its last entry, and marks all of its chain. Long names that go over a cluster's edge do not matter. */
  async #follow(firstCluster: number): Promise<void> {
    const { clusterBytes, dataOffset } = this.#geometry;
    const limit = Math.ceil(MAX_FOLDER_BYTES / clusterBytes);
    let cluster = firstCluster;
    let ended = false;
    for (let count = 0; count < limit && this.#exists(cluster); count++) {
      if ((ended ? this.#followed : this.#read).has(cluster - 2)) return;
      this.#followed.add(cluster - 2);
      this.#mark(cluster);
      if (!ended) {
        this.#read.add(cluster - 2);
        const at = dataOffset + (cluster - 2) * clusterBytes;
        const part = new ByteReader(await readUpTo(this.#window, at, clusterBytes));
        this.#visit(part);
        ended = holdsEnd(part.bytes);
      }
      cluster = await this.#next(cluster);
    }
  }

  /** The next cluster of a chain, from the first table that knows one. */
  async #next(cluster: number): Promise<number> {
    for (const table of this.#tables) {
      const next = await table.entry(cluster);
      if (next !== 0) return next;
    }
    return 0;
  }

  #exists(cluster: number): boolean {
    return cluster >= 2 && cluster < this.#geometry.clusters + 2;
  }

  #mark(cluster: number): void {
    if (this.#used.has(cluster - 2)) return;
    this.#used.add(cluster - 2);
    this.strays++;
  }
}

/** An entry that begins with zero is the end of its folder. */
function holdsEnd(part: Uint8Array): boolean {
  for (let at = 0; at < part.length; at += 32) {
    if (part[at] === 0) return true;
  }
  return false;
}
