/**
 * Partition tables: MBR with logical partitions, GPT with both copies, or none. What is odd is listed, never guessed
 * around. Sources: UEFI specification 2.10 chapter 5 (GPT, protective MBR); the MBR and EBR layout as fdisk(8) has it.
 */

import { english } from '../language/english.ts';
import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader } from './bytes.ts';
import type { Range } from './chunks.ts';
import { readGpt } from './gpt.ts';
import { mbrKind } from './partition-types.ts';
import { findOddities, type TablePartition } from './table-partition.ts';

export interface PartitionTable {
  readonly scheme: 'mbr' | 'gpt' | 'none';
  /** MBR disk signature in hex ("5e3da3da"), or the GPT disk GUID. */
  readonly tableId: string | null;
  readonly partitions: readonly TablePartition[];
  /** Everything that is not as it should be, in words for the manifest. */
  readonly problems: readonly string[];
  /** Copies of the table behind the partitions (GPT); sorted. */
  readonly copies: readonly Range[];
}

interface MbrEntry {
  readonly status: number;
  readonly type: number;
  readonly firstSector: number;
  readonly sectors: number;
}

/** A problem that is none for a Pi: old ones start by the MBR of such a card. */
export const HYBRID = english`The MBR names partitions besides the GPT (hybrid).`;

const PROTECTIVE = 0xee;
/** More logical partitions than any tool makes; it also ends a chain that links back to itself. */
const MAX_LOGICAL = 128;

/** Reads the table of a device. Device errors pass through; malformed tables become `problems`. */
export async function readPartitionTable(device: BlockDevice): Promise<PartitionTable> {
  const sector = new ByteReader(await readUpTo(device, 0, 512));
  if (sector.bytes.length < 512 || sector.u16(510) !== 0xaa55) return withoutMbr(device);
  const entries = [446, 462, 478, 494].map((at) => readEntry(sector, at));
  if (entries.some((entry) => entry.type === PROTECTIVE)) {
    const hybrid = entries.some((entry) => entry.type !== 0 && entry.type !== PROTECTIVE);
    const gpt = await readGpt(device);
    if (gpt) {
      const problems = hybrid ? [HYBRID] : [];
      return { scheme: 'gpt', ...gpt, problems: [...problems, ...gpt.problems] };
    }
    return nothing(english`The MBR announces a GPT, but neither copy of it is intact.`);
  }
  // A FAT boot sector carries the same signature; its code lies where the entries would be.
  if (entries.some((entry) => entry.status !== 0 && entry.status !== 0x80)) return nothing();
  if (entries.every((entry) => entry.type === 0) && looksLikeFatBoot(sector)) return nothing();
  return readMbr(device, sector, entries);
}

async function withoutMbr(device: BlockDevice): Promise<PartitionTable> {
  const gpt = await readGpt(device);
  if (!gpt) return nothing();
  const problems = [english`The GPT has no protective MBR.`, ...gpt.problems];
  return { scheme: 'gpt', ...gpt, problems };
}

async function readMbr(
  device: BlockDevice,
  sector: ByteReader,
  entries: readonly MbrEntry[],
): Promise<PartitionTable> {
  const signature = sector.u32(440).toString(16).padStart(8, '0');
  const tableId = signature === '00000000' ? null : signature;
  const partitions: TablePartition[] = [];
  const problems: string[] = [];
  for (const [slot, entry] of entries.entries()) {
    if (entry.type === 0 || entry.sectors === 0) continue;
    partitions.push(mbrPartition(slot + 1, entry.firstSector, entry, tableId, device.sectorSize));
  }
  const extended = partitions.filter((part) => part.kind === 'extended');
  if (extended.length > 1) problems.push(english`There is more than one extended partition.`);
  const first = extended[0];
  if (first) problems.push(...(await readLogical(device, first, tableId, partitions)));
  problems.push(...findOddities(partitions, device.size));
  return { scheme: 'mbr', tableId, partitions, problems, copies: [] };
}

/** Follows the chain of extended boot records, adding to `partitions`; returns what is wrong with it. */
async function readLogical(
  device: BlockDevice,
  extended: TablePartition,
  tableId: string | null,
  partitions: TablePartition[],
): Promise<string[]> {
  const sectorSize = device.sectorSize;
  const base = extended.offset / sectorSize;
  const seen = new Set<number>();
  let record = base;
  for (let count = 0; count < MAX_LOGICAL; count++) {
    if (seen.has(record)) return [english`The chain of logical partitions links back to itself.`];
    seen.add(record);
    const bytes = await readUpTo(device, record * sectorSize, 512);
    if (bytes.length < 512) return [english`The chain of logical partitions leaves the disk.`];
    const sector = new ByteReader(bytes);
    if (sector.u16(510) !== 0xaa55) return [english`A logical partition has no valid boot record.`];
    const own = readEntry(sector, 446);
    const next = readEntry(sector, 462);
    if (own.type !== 0 && own.sectors > 0) {
      partitions.push(mbrPartition(5 + count, record + own.firstSector, own, tableId, sectorSize));
    }
    if (next.type === 0 || next.sectors === 0) return [];
    record = base + next.firstSector;
  }
  return [english`There are more than ${MAX_LOGICAL} logical partitions.`];
}

function readEntry(sector: ByteReader, at: number): MbrEntry {
  return {
    status: sector.u8(at),
    type: sector.u8(at + 4),
    firstSector: sector.u32(at + 8),
    sectors: sector.u32(at + 12),
  };
}

function mbrPartition(
  index: number,
  firstSector: number,
  entry: MbrEntry,
  tableId: string | null,
  sectorSize: number,
): TablePartition {
  return {
    index,
    offset: firstSector * sectorSize,
    bytes: entry.sectors * sectorSize,
    kind: mbrKind(entry.type),
    typeName: `0x${entry.type.toString(16).padStart(2, '0')}`,
    name: null,
    partUuid: tableId === null ? null : `${tableId}-${index.toString(16).padStart(2, '0')}`,
  };
}

/** A jump at the start and a plausible sector size: the boot sector of a FAT without a partition table. */
function looksLikeFatBoot(sector: ByteReader): boolean {
  const jump = sector.u8(0);
  return (jump === 0xeb || jump === 0xe9) && [512, 1024, 2048, 4096].includes(sector.u16(11));
}

function nothing(problem?: string): PartitionTable {
  return {
    scheme: 'none',
    tableId: null,
    partitions: [],
    problems: problem ? [problem] : [],
    copies: [],
  };
}
