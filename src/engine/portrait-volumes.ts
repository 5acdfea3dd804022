/**
 * The file systems of a card as they describe themselves, and for each a hash of what changes whenever it is used:
 * - ext: its superblock. Linux writes the time of mounting and a count into it at every mount that can write, and tools that
 *   change it while it is not mounted write their time (fs/ext4/super.c; e2fsprogs, lib/ext2fs/closefs.c).
 * - FAT: all entries of its folders, which carry size, place and time of every file. Left out is what looking at a card on a
 *   Mac or PC changes without changing a file: dates of the last access, marks of use, and folders that macOS makes.
 */

import { createHash } from 'node:crypto';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import type { Card, CardPartition } from './card.ts';
import { isMountMade, isMountPath } from './compare-fat-folder.ts';
import { isPiKeepError } from './errors.ts';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from './ext-superblock.ts';
import { childPath, type FatReader, openFatReader } from './fat-reader.ts';
import { FatTable } from './fat-table.ts';
import { plainText } from './os-release.ts';
import { MAX_TEXT_LETTERS, MAX_VOLUMES, type Volume } from './portrait-schema.ts';
import { windowOf } from './window.ts';

/** Larger tables, and more folders, belong to no boot partition: then free space and state are not told. */
const MAX_TABLE_BYTES = 4 * 1024 * 1024;
const MAX_FOLDERS_BYTES = 4 * 1024 * 1024;

/** One for each partition with a file system, in their order. Throws DEVICE_GONE only: what cannot be read is null. */
export async function readVolumes(device: BlockDevice, card: Card): Promise<Volume[]> {
  const volumes: Volume[] = [];
  for (const part of card.partitions) {
    if (part.fileSystem === null) continue;
    if (volumes.length >= MAX_VOLUMES) break;
    volumes.push({ ...bare(part), ...(await details(device, part)) });
  }
  return volumes;
}

function bare(part: CardPartition): Volume {
  return {
    partition: part.index,
    type: plainText(part.fileSystem ?? '', MAX_TEXT_LETTERS) ?? '',
    uuid: part.uuid,
    label: part.label === null ? null : plainText(part.label, MAX_TEXT_LETTERS),
    bytes: null,
    freeBytes: null,
    clean: null,
    mountedAt: null,
    writtenAt: null,
    mounts: null,
    writtenBytes: null,
    state: null,
  };
}

async function details(device: BlockDevice, part: CardPartition): Promise<Partial<Volume>> {
  const window = windowOf(device, part.offset, part.bytes);
  try {
    if (part.ext) return await extDetails(window, part.ext.superblock);
    return part.fat ? await fatDetails(window) : {};
  } catch (error) {
    if (error instanceof MalformedBytes || isPiKeepError(error, 'READ_FAILED')) return {};
    throw error;
  }
}

/** Fields of Linux Documentation/filesystems/ext4/super.rst. */
async function extDetails(
  window: BlockDevice,
  superblock: { blocks: number; blockBytes: number; clean: boolean; needsRecovery: boolean },
): Promise<Partial<Volume>> {
  const bytes = await readUpTo(window, SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES);
  const raw = new ByteReader(bytes);
  const { blocks, blockBytes, clean, needsRecovery } = superblock;
  const is64 = (raw.u32(0x60) & 0x80) !== 0;
  const free = raw.u32(0x0c) + (is64 ? raw.u32(0x158) * 2 ** 32 : 0);
  const isClean = clean && !needsRecovery;
  const lifetime = (raw.u32(0x178) + raw.u32(0x17c) * 2 ** 32) * 1024;
  return {
    bytes: blocks * blockBytes,
    // While it is mounted Linux keeps the count to itself.
    freeBytes: isClean && free <= blocks ? free * blockBytes : null,
    clean: isClean,
    mountedAt: timeText(raw.u32(0x2c), raw.u8(0x275)),
    writtenAt: timeText(raw.u32(0x30), raw.u8(0x274)),
    mounts: raw.u16(0x34),
    writtenBytes: lifetime <= Number.MAX_SAFE_INTEGER ? lifetime : null,
    state: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Seconds since 1970 and eight bits above them; null for never, and for years that no calendar here can write. */
function timeText(low: number, high: number): string | null {
  const seconds = low + high * 2 ** 32;
  return seconds === 0 || seconds >= 253_402_300_800
    ? null
    : new Date(seconds * 1000).toISOString();
}

async function fatDetails(window: BlockDevice): Promise<Partial<Volume>> {
  const reader = await openFatReader(window);
  if (!reader) return {};
  const { bytes, clusterBytes } = reader.geometry;
  const free = await freeClusters(window, reader);
  return {
    bytes,
    freeBytes: free === null ? null : free * clusterBytes,
    clean: await isClean(window, reader),
    state: await folderState(reader),
  };
}

async function freeClusters(window: BlockDevice, { geometry }: FatReader): Promise<number | null> {
  if (geometry.fatBytes > MAX_TABLE_BYTES) return null;
  const table = new FatTable(window, geometry, 0);
  let free = 0;
  for (let cluster = 2; cluster < geometry.clusters + 2; cluster++) {
    if ((await table.entry(cluster)) === 0) free++;
  }
  return free;
}

/**
 * Linux marks a mounted FAT in a byte of its boot sector (fs/fat/inode.c, fat_set_state); others clear a bit of the second
 * entry of the table (Microsoft FAT specification 1.03, ClnShutBitMask).
 */
async function isClean(window: BlockDevice, { geometry, boot }: FatReader): Promise<boolean> {
  const { bits } = geometry;
  const marked = (boot.u8(bits === 32 ? 0x41 : 0x25) & 1) === 1;
  if (bits === 12) return !marked;
  const second = await new FatTable(window, geometry, 0).entry(1);
  const cleanBit = bits === 32 ? 0x08000000 : 0x8000;
  return !marked && (second & cleanBit) !== 0;
}

const ENTRY_BYTES = 32;
const ACCESS_DATE_AT = 18;

async function folderState(reader: FatReader): Promise<string | null> {
  const lines: string[] = [];
  let bytes = 0;
  for await (const folder of reader.folders((path) => !isMountPath(path))) {
    bytes += folder.bytes.length;
    if (bytes > MAX_FOLDERS_BYTES) return null;
    for (const entry of folder.entries) {
      if (folder.path === '/' && isMountMade(entry)) continue;
      const record = Buffer.from(folder.bytes.subarray(entry.at, entry.at + ENTRY_BYTES));
      record.fill(0, ACCESS_DATE_AT, ACCESS_DATE_AT + 2);
      lines.push(`${childPath(folder.path, entry.name)}\0${record.toString('hex')}\n`);
    }
  }
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}
