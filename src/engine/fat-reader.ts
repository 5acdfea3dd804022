/** Walks a FAT volume: chains of clusters, folders with their places, every entry below the root. Bounded throughout. */

import { Bitmap } from './bitmap.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { type FatEntry, parseFolder } from './fat-folder.ts';
import { type FatGeometry, readGeometry } from './fat-geometry.ts';
import { FatTable } from './fat-table.ts';
import { looksLikeFat } from './file-system.ts';

/** 65536 entries of 32 bytes (specification, section 6). */
export const MAX_FOLDER_BYTES = 2 * 1024 * 1024;
const MAX_PATH_LETTERS = 1024;
/**
 * How often, on average, the chains of a volume may lead through one cluster until it counts as nonsense. A sound volume is
 * walked a few times, and each time once through every cluster.
 */
const MAX_VISITS = 16;

export interface FatFolder {
  /** "/" for the root, else "/overlays". */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Empty for the root of FAT12 and FAT16. */
  readonly clusters: readonly number[];
  readonly entries: readonly FatEntry[];
  /** Where a byte of the folder lies, in bytes from the start of the volume. */
  place(at: number): number;
}

export class FatReader {
  readonly window: BlockDevice;
  readonly geometry: FatGeometry;
  readonly boot: ByteReader;
  readonly #table: FatTable;
  #visitsLeft: number;

  /** `table` shares what another reader of the volume has read already. */
  constructor(
    window: BlockDevice,
    geometry: FatGeometry,
    boot: ByteReader,
    table: FatTable = new FatTable(window, geometry, 0),
  ) {
    this.window = window;
    this.geometry = geometry;
    this.boot = boot;
    this.#table = table;
    this.#visitsLeft = (geometry.clusters + 2) * MAX_VISITS;
  }

  exists(cluster: number): boolean {
    return cluster >= 2 && cluster < this.geometry.clusters + 2;
  }

  clusterOffset(cluster: number): number {
    return this.geometry.dataOffset + (cluster - 2) * this.geometry.clusterBytes;
  }

  /** The first cluster of an entry; FAT12 and FAT16 use only half of the field. */
  firstOf(entry: FatEntry): number {
    return this.geometry.bits === 32 ? entry.firstCluster : entry.firstCluster & 0xffff;
  }

  /**
   * The clusters of a chain by the first copy of the table. A chain that comes back to itself ends after all there are;
   * very many such chains are MalformedBytes.
   */
  async *chain(first: number): AsyncGenerator<number, void, void> {
    let cluster = first;
    for (let count = 0; count < this.geometry.clusters && this.exists(cluster); count++) {
      if (--this.#visitsLeft < 0) throw new MalformedBytes('its chains of clusters are tangled');
      yield cluster;
      cluster = await this.#table.entry(cluster);
    }
  }

  async root(): Promise<FatFolder> {
    const { bits, rootOffset, rootBytes, rootCluster } = this.geometry;
    if (bits === 32) return this.folder(rootCluster, '/');
    const bytes = await readUpTo(this.window, rootOffset, Math.min(rootBytes, MAX_FOLDER_BYTES));
    return this.#folderOf('/', bytes, [], (at) => rootOffset + at);
  }

  async folder(first: number, path: string): Promise<FatFolder> {
    const { clusterBytes } = this.geometry;
    const clusters: number[] = [];
    const parts: Uint8Array[] = [];
    for await (const cluster of this.chain(first)) {
      if (parts.length * clusterBytes >= MAX_FOLDER_BYTES) break;
      clusters.push(cluster);
      parts.push(await readUpTo(this.window, this.clusterOffset(cluster), clusterBytes));
    }
    return this.#folderOf(path, Buffer.concat(parts), clusters, (at) => {
      const cluster = clusters[Math.floor(at / clusterBytes)] ?? 0;
      return this.clusterOffset(cluster) + (at % clusterBytes);
    });
  }

  /** Every folder once, the root first; `enter` says which subfolders to follow. */
  async *folders(
    enter: (path: string) => boolean = () => true,
  ): AsyncGenerator<FatFolder, void, void> {
    const entered = new Bitmap(this.geometry.clusters);
    const root = await this.root();
    const pending = [{ path: '/', folder: root }] as { path: string; folder: FatFolder | number }[];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { path } = next;
      let { folder } = next;
      if (typeof folder === 'number') {
        if (!this.exists(folder) || entered.has(folder - 2)) continue;
        entered.add(folder - 2);
        folder = await this.folder(folder, path);
      }
      yield folder;
      for (const entry of folder.entries) {
        if (!entry.isFolder || entry.isLabel) continue;
        const below = childPath(path, entry.name);
        if (enter(below)) pending.push({ path: below, folder: this.firstOf(entry) });
      }
    }
  }

  #folderOf(
    path: string,
    bytes: Uint8Array,
    clusters: readonly number[],
    place: (at: number) => number,
  ): FatFolder {
    return { path, bytes, clusters, entries: parseFolder(new ByteReader(bytes)), place };
  }
}

/** Null when there is no FAT that makes sense. Device errors pass through. */
export async function openFatReader(window: BlockDevice): Promise<FatReader | null> {
  try {
    const boot = new ByteReader(await readUpTo(window, 0, 512));
    const geometry = looksLikeFat(boot) ? readGeometry(boot) : null;
    return geometry && geometry.bytes <= window.size ? new FatReader(window, geometry, boot) : null;
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

/** Whether two volumes are laid out the same way. */
export function isAlike(left: FatReader, right: FatReader): boolean {
  return JSON.stringify(left.geometry) === JSON.stringify(right.geometry);
}

/** Where FAT32 keeps its count of free clusters; null elsewhere. */
export function fsInfoOffset({ geometry, boot }: FatReader): number | null {
  const sector = geometry.bits === 32 ? boot.u16(48) : 0;
  return sector === 0 || sector === 0xffff ? null : sector * boot.u16(11);
}

export function childPath(folder: string, name: string): string {
  const path = `${folder === '/' ? '' : folder}/${name}`;
  return path.length > MAX_PATH_LETTERS ? `${path.slice(0, MAX_PATH_LETTERS)}…` : path;
}
