/** Where the parts of a FAT volume lie (Microsoft FAT specification 1.03, sections 3 and 4). */

import type { ByteReader } from './bytes.ts';

export interface FatGeometry {
  readonly bits: 12 | 16 | 32;
  /** Bytes of the whole volume. */
  readonly bytes: number;
  readonly clusterBytes: number;
  readonly clusters: number;
  /** Bytes from the start of the volume. */
  readonly fatOffset: number;
  readonly fatBytes: number;
  /** 1 or 2. */
  readonly fats: number;
  readonly rootOffset: number;
  readonly rootBytes: number;
  readonly rootCluster: number;
  readonly dataOffset: number;
}

/** Null when the numbers do not fit together. */
export function readGeometry(boot: ByteReader): FatGeometry | null {
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
    bytes: sectors * sectorBytes,
    clusterBytes,
    clusters,
    fatOffset: reserved * sectorBytes,
    fatBytes,
    fats,
    rootOffset: (reserved + fats * fatSectors) * sectorBytes,
    rootBytes: rootEntries * 32,
    rootCluster: bits === 32 ? boot.u32(44) : 0,
    dataOffset: dataSector * sectorBytes,
  };
}
