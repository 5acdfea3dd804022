/**
 * Reads files of a FAT12, FAT16 or FAT32 volume: names in its folders (long ones too) and small files whole. Source:
 * Microsoft "FAT32 File System Specification" 1.03. Everything read is untrusted; each chain is bounded by the number of
 * clusters there are.
 */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import type { FatEntry } from './fat-folder.ts';
import { readGeometry } from './fat-geometry.ts';
import { FatReader } from './fat-reader.ts';
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
  const table = new FatTable(device, geometry, 0);
  const read = (): FatReader => new FatReader(device, geometry, boot, table);
  const { entries } = await read().root();
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
      return readWhole(read(), entry);
    },
  };
}

/** Null when the chain of the file is too short for it. */
async function readWhole(reader: FatReader, entry: FatEntry): Promise<Uint8Array | null> {
  const { clusterBytes } = reader.geometry;
  const content = new Uint8Array(entry.bytes);
  let at = 0;
  if (entry.bytes === 0) return content;
  for await (const cluster of reader.chain(reader.firstOf(entry))) {
    const bytes = Math.min(clusterBytes, entry.bytes - at);
    content.set(await readUpTo(reader.window, reader.clusterOffset(cluster), bytes), at);
    at += bytes;
    if (at === entry.bytes) return content;
  }
  return null;
}
