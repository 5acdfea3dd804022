/**
 * Reads files of a FAT12, FAT16 or FAT32 volume: names in its folders (long ones too) and small files whole. Source:
 * Microsoft "FAT32 File System Specification" 1.03. Everything read is untrusted; each chain is bounded by the number of
 * clusters there are.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { type FatEntry, parseFolder } from './fat-folder.ts';
import { looksLikeFat } from './file-system.ts';

export interface FatVolume {
  readonly bits: 12 | 16 | 32;
  readonly label: string | null;
  /** The serial number as blkid and udev print it: "5E3D-A3DA". */
  readonly uuid: string;
  /** Names in the root folder, as written. */
  rootNames(): Promise<string[]>;
  /** A file in the root folder, by name whatever its case; null where there is none or it is larger than `maxBytes`. */
  readFile(name: string, maxBytes: number): Promise<Uint8Array | null>;
}

interface Geometry {
  readonly bits: 12 | 16 | 32;
  readonly clusterBytes: number;
  readonly clusters: number;
  /** Bytes from the start of the volume. */
  readonly fatOffset: number;
  readonly fatBytes: number;
  readonly rootOffset: number;
  readonly rootBytes: number;
  readonly rootCluster: number;
  readonly dataOffset: number;
}

/** A root folder larger than this is no boot partition. */
const MAX_FOLDER_BYTES = 2 * 1024 * 1024;

/** Null when the window holds no FAT that makes sense. Device errors pass through. */
export async function openFat(device: BlockDevice): Promise<FatVolume | null> {
  const boot = new ByteReader(await readUpTo(device, 0, 512));
  if (!looksLikeFat(boot)) return null;
  try {
    return await open(device, boot);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

async function open(device: BlockDevice, boot: ByteReader): Promise<FatVolume | null> {
  const geometry = readGeometry(boot);
  if (!geometry) return null;
  const at = geometry.bits === 32 ? 67 : 39;
  const serial = boot.u32(at).toString(16).padStart(8, '0').toUpperCase();
  const root = async (): Promise<FatEntry[]> => parseFolder(await readRoot(device, geometry));
  const entries = await root();
  const ownLabel = boot.ascii(at + 4, 11).trimEnd();
  const label = entries.find((entry) => entry.isLabel)?.name ?? ownLabel;
  return {
    bits: geometry.bits,
    label: label === '' || label === 'NO NAME' ? null : label,
    uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`,
    async rootNames() {
      return entries.filter((entry) => !entry.isLabel).map((entry) => entry.name);
    },
    async readFile(name, maxBytes) {
      const wanted = name.toLowerCase();
      const entry = entries.find(
        (candidate) =>
          candidate.name.toLowerCase() === wanted && !candidate.isFolder && !candidate.isLabel,
      );
      if (!entry || entry.bytes > maxBytes) return null;
      const content = await readChain(device, geometry, entry.firstCluster, entry.bytes);
      if (content.length < entry.bytes) return null;
      return content.subarray(0, entry.bytes);
    },
  };
}

function readGeometry(boot: ByteReader): Geometry | null {
  const sectorBytes = boot.u16(11);
  const clusterBytes = sectorBytes * boot.u8(13);
  const reserved = boot.u16(14);
  const fats = boot.u8(16);
  const rootEntries = boot.u16(17);
  const sectors = boot.u16(19) || boot.u32(32);
  const fatSectors = boot.u16(22) || boot.u32(36);
  const rootSectors = Math.ceil((rootEntries * 32) / sectorBytes);
  const dataSector = reserved + fats * fatSectors + rootSectors;
  const clusters = Math.floor(((sectors - dataSector) * sectorBytes) / clusterBytes);
  if (fatSectors === 0 || clusters < 1) return null;
  // The number of clusters alone decides the width (specification, section 3.5).
  const bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
  const fatBytes = fatSectors * sectorBytes;
  if (((clusters + 2) * bits) / 8 > fatBytes) return null;
  return {
    bits,
    clusterBytes,
    clusters,
    fatOffset: reserved * sectorBytes,
    fatBytes,
    rootOffset: (reserved + fats * fatSectors) * sectorBytes,
    rootBytes: rootEntries * 32,
    rootCluster: bits === 32 ? boot.u32(44) : 0,
    dataOffset: dataSector * sectorBytes,
  };
}

async function readRoot(device: BlockDevice, geometry: Geometry): Promise<ByteReader> {
  const bytes =
    geometry.bits === 32
      ? await readChain(device, geometry, geometry.rootCluster, MAX_FOLDER_BYTES)
      : await readUpTo(device, geometry.rootOffset, Math.min(geometry.rootBytes, MAX_FOLDER_BYTES));
  return new ByteReader(bytes);
}

/** The clusters of a chain one after the other, up to `maxBytes` rounded up to a cluster. */
async function readChain(
  device: BlockDevice,
  geometry: Geometry,
  firstCluster: number,
  maxBytes: number,
): Promise<Uint8Array> {
  const wanted = Math.min(Math.ceil(maxBytes / geometry.clusterBytes), geometry.clusters);
  const parts: Uint8Array[] = [];
  let cluster = firstCluster;
  while (parts.length < wanted && cluster >= 2 && cluster < geometry.clusters + 2) {
    const at = geometry.dataOffset + (cluster - 2) * geometry.clusterBytes;
    parts.push(await readUpTo(device, at, geometry.clusterBytes));
    cluster = await nextCluster(device, geometry, cluster);
  }
  return concatenate(parts);
}

async function nextCluster(
  device: BlockDevice,
  geometry: Geometry,
  cluster: number,
): Promise<number> {
  const bit = cluster * geometry.bits;
  const width = geometry.bits === 32 ? 4 : 2;
  const at = geometry.fatOffset + Math.floor(bit / 8);
  const entry = new ByteReader(await readUpTo(device, at, width));
  if (geometry.bits === 32) return entry.u32(0) & 0x0fffffff;
  if (geometry.bits === 16) return entry.u16(0);
  return bit % 8 === 0 ? entry.u16(0) & 0xfff : entry.u16(0) >>> 4;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
