/** GUID partition tables: header and entries, each under its CRC, from the first copy or from the one at the disk's end. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, crc32, guidText, isZero, MalformedBytes } from './bytes.ts';
import { gptKind } from './partition-types.ts';
import { findOddities, type TablePartition } from './table-partition.ts';

export interface GptTable {
  readonly tableId: string;
  readonly partitions: readonly TablePartition[];
  readonly problems: readonly string[];
}

/** UEFI asks for room for 128 entries of 128 bytes; nothing real has more than a few times that. */
const MAX_ENTRY_TABLE_BYTES = 4 * 1024 * 1024;

/** Null when neither copy is intact. */
export async function readGpt(device: BlockDevice): Promise<GptTable | null> {
  const lastSector = Math.floor(device.size / device.sectorSize) - 1;
  const primary = await readCopy(device, 1);
  if (primary) {
    const alternate = await readCopy(device, primary.alternateSector);
    if (alternate) return primary.table;
    return withProblem(primary.table, 'The second copy of the GPT is damaged or missing.');
  }
  const backup = await readCopy(device, lastSector);
  if (!backup) return null;
  return withProblem(
    backup.table,
    'The first copy of the GPT is damaged; the one at the end is used.',
  );
}

function withProblem(table: GptTable, problem: string): GptTable {
  return { ...table, problems: [...table.problems, problem] };
}

interface GptCopy {
  readonly table: GptTable;
  readonly alternateSector: number;
}

async function readCopy(device: BlockDevice, sector: number): Promise<GptCopy | null> {
  try {
    return await parseCopy(device, sector);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

async function parseCopy(device: BlockDevice, sector: number): Promise<GptCopy | null> {
  const { sectorSize } = device;
  const header = new ByteReader(await readUpTo(device, sector * sectorSize, sectorSize));
  if (sector < 1 || header.bytes.length < 92 || header.ascii(0, 8) !== 'EFI PART') return null;
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
  const entries = await readUpTo(device, header.u64(72) * sectorSize, count * entryBytes);
  if (entries.length !== count * entryBytes || crc32(entries) !== header.u32(88)) return null;

  const partitions = parseEntries(new ByteReader(entries), count, entryBytes, sectorSize);
  return {
    table: {
      tableId: guidText(header.slice(56, 16)),
      partitions,
      problems: findOddities(partitions, device.size),
    },
    alternateSector: header.u64(32),
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
