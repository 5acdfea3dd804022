/**
 * Reads files of a FAT12, FAT16 or FAT32 volume: names in its folders (long ones too) and small files whole. Source:
 * Microsoft "FAT32 File System Specification" 1.03. Everything read is untrusted; each chain is bounded by the number of
 * clusters there are.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { type FatEntry, parseFolder } from './fat-folder.ts';
import { type FatGeometry, readGeometry } from './fat-geometry.ts';
import { FatTable } from './fat-table.ts';
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

async function readRoot(device: BlockDevice, geometry: FatGeometry): Promise<ByteReader> {
  const bytes =
    geometry.bits === 32
      ? await readChain(device, geometry, geometry.rootCluster, MAX_FOLDER_BYTES)
      : await readUpTo(device, geometry.rootOffset, Math.min(geometry.rootBytes, MAX_FOLDER_BYTES));
  return new ByteReader(bytes);
}

/** The clusters of a chain one after the other, up to `maxBytes` rounded up to a cluster. */
async function readChain(
  device: BlockDevice,
  geometry: FatGeometry,
  firstCluster: number,
  maxBytes: number,
): Promise<Uint8Array> {
  const wanted = Math.min(Math.ceil(maxBytes / geometry.clusterBytes), geometry.clusters);
  const parts: Uint8Array[] = [];
  const table = new FatTable(device, geometry, 0);
  let cluster = firstCluster;
  while (parts.length < wanted && cluster >= 2 && cluster < geometry.clusters + 2) {
    const at = geometry.dataOffset + (cluster - 2) * geometry.clusterBytes;
    parts.push(await readUpTo(device, at, geometry.clusterBytes));
    cluster = await table.entry(cluster);
  }
  return concatenate(parts);
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
