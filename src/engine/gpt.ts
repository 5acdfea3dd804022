/** GUID partition tables: header and entries, each under its CRC, from the first copy or from the one at the disk's end. */

import { english } from '../language/english.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, crc32, guidText, isZero, MalformedBytes } from './bytes.ts';
import type { Range } from './chunks.ts';
import { toExtents } from './extents.ts';
import { gptKind } from './partition-types.ts';
import { findOddities, type TablePartition } from './table-partition.ts';

export interface GptTable {
  readonly tableId: string;
  readonly partitions: readonly TablePartition[];
  readonly problems: readonly string[];
  /**
   * Where the copies at the end lie: at the first header's alternate sector and at the disk's last sector, which differ on
   * a card flashed from a smaller image.
   */
  readonly copies: readonly Range[];
}

/** UEFI asks for room for 128 entries of 128 bytes; nothing real has more than a few times that. */
const MAX_ENTRY_TABLE_BYTES = 4 * 1024 * 1024;
/** Linux shows no more of a disk than this; a map of thousands that overlap would take for ever. */
const MAX_PARTITIONS = 256;
const USUAL_ENTRY_TABLE_BYTES = 128 * 128;

/** Problems that mean less than all others, word by word. */
export const FIRST_COPY_DAMAGED = english`The first copy of the GPT is damaged; the one at the end is used.`;
export const SECOND_COPY_DAMAGED = english`The second copy of the GPT is damaged or missing.`;

/** Null when neither copy is intact. */
export async function readGpt(device: BlockDevice): Promise<GptTable | null> {
  const lastSector = Math.floor(device.size / device.sectorSize) - 1;
  const primary = await readGptCopy(device, 1);
  const last = await readGptCopy(device, lastSector);
  if (!primary) {
    if (!last) return null;
    const copies = copyRanges(device, lastSector, last);
    return withProblem({ ...last.table, copies }, FIRST_COPY_DAMAGED);
  }
  const { alternateSector } = primary;
  const alternate = await readGptCopy(device, alternateSector);
  const copies = toExtents([
    ...copyRanges(device, alternateSector, alternate),
    ...copyRanges(device, lastSector, last),
  ]);
  const table = { ...primary.table, copies };
  return alternate ? table : withProblem(table, SECOND_COPY_DAMAGED);
}

/** Header and entries of a copy; of a damaged one, the sectors where tools put them. */
function copyRanges(device: BlockDevice, sector: number, copy: GptCopy | null): Range[] {
  const { sectorSize, size } = device;
  const usual = Math.ceil(USUAL_ENTRY_TABLE_BYTES / sectorSize);
  const first = Math.max(0, sector - usual);
  const ranges = [{ offset: first * sectorSize, bytes: (sector + 1 - first) * sectorSize }];
  if (copy) ranges.push(copy.entries);
  return ranges.filter(({ offset, bytes }) => offset + bytes <= size);
}

function withProblem(table: GptTable, problem: string): GptTable {
  return { ...table, problems: [...table.problems, problem] };
}

/** One intact copy of a GPT, as read and as bytes. */
export interface GptCopy {
  readonly table: GptTable;
  /** Where its entries lie, in bytes from the start of the disk. */
  readonly entries: Range;
  readonly alternateSector: number;
  /** The header under its CRC, without the rest of its sector. */
  readonly headerData: Uint8Array;
  readonly entryData: Uint8Array;
}

/** The copy whose header lies at `sector`; null when it is not intact. Device errors pass through. */
export async function readGptCopy(device: BlockDevice, sector: number): Promise<GptCopy | null> {
  try {
    return await parseCopy(device, sector);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

async function parseCopy(device: BlockDevice, sector: number): Promise<GptCopy | null> {
  if (sector < 1) return null;
  const { sectorSize } = device;
  const header = new ByteReader(await readUpTo(device, sector * sectorSize, sectorSize));
  if (header.bytes.length < 92 || header.ascii(0, 8) !== 'EFI PART') return null;
  const headerBytes = header.u32(12);
  if (headerBytes < 92 || headerBytes > header.bytes.length) return null;
  const checked = header.slice(0, headerBytes).slice();
  checked.fill(0, 16, 20);
  if (crc32(checked) !== header.u32(16)) return null;
  if (header.u64(24) !== sector) return null;

  const count = header.u32(80);
  const entryBytes = header.u32(84);
  if (entryBytes < 128 || entryBytes % 8 !== 0 || count * entryBytes > MAX_ENTRY_TABLE_BYTES)
    return null;
  const entriesOffset = header.u64(72) * sectorSize;
  const entries = await readUpTo(device, entriesOffset, count * entryBytes);
  if (entries.length !== count * entryBytes || crc32(entries) !== header.u32(88)) return null;

  const partitions = parseEntries(new ByteReader(entries), count, entryBytes, sectorSize);
  return {
    table: {
      tableId: guidText(header.slice(56, 16)),
      partitions,
      problems: findOddities(partitions, device.size),
      copies: [],
    },
    entries: { offset: entriesOffset, bytes: entries.length },
    alternateSector: header.u64(32),
    headerData: header.slice(0, headerBytes).slice(),
    entryData: entries,
  };
}

function parseEntries(
  entries: ByteReader,
  count: number,
  entryBytes: number,
  sectorSize: number,
): TablePartition[] {
  const partitions: TablePartition[] = [];
  for (let slot = 0; slot < count; slot++) {
    const at = slot * entryBytes;
    const type = entries.slice(at, 16);
    if (isZero(type)) continue;
    if (partitions.length === MAX_PARTITIONS) throw new MalformedBytes('too many partitions');
    const first = entries.u64(at + 32);
    const last = entries.u64(at + 40);
    if (last < first) throw new MalformedBytes(`GPT entry ${slot + 1} ends before it starts`);
    const typeName = guidText(type);
    partitions.push({
      index: slot + 1,
      offset: first * sectorSize,
      bytes: (last - first + 1) * sectorSize,
      kind: gptKind(typeName),
      typeName,
      name: utf16Name(entries.slice(at + 56, 72)),
      partUuid: guidText(entries.slice(at + 16, 16)),
    });
  }
  return partitions;
}

function utf16Name(bytes: Uint8Array): string | null {
  const text = new TextDecoder('utf-16le').decode(bytes);
  const end = text.indexOf('\0');
  const name = end < 0 ? text : text.slice(0, end);
  return name === '' ? null : name;
}
