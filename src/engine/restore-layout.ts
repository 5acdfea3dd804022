/** Which places of a card a restore treats apart: its two ends, and wherever an old partition table has its headers. */

import { type BlockDevice, readUpTo } from './block-device.ts';
import { ByteReader, MalformedBytes } from './bytes.ts';
import { MAP_ALIGNMENT, type Range } from './chunks.ts';
import { toExtents } from './extents.ts';

/** What is kept of the old content at either end, and what is written last. */
export const END_BYTES = 1024 * 1024;

/** Entries of a GPT as all tools make them: 128 of 128 bytes, right before the header of the second copy. */
const ENTRY_TABLE_BYTES = 128 * 128;

export interface RestoreLayout {
  /** Size of the card. */
  readonly bytes: number;
  readonly sectorSize: number;
  /** The first MiB ends here; what lies before is written at the very end. */
  readonly headEnd: number;
  /** The last MiB starts here, on a multiple of 4096. */
  readonly tailStart: number;
  /** The old content that is handed over: the ends, and the block of a header elsewhere. Sorted, disjoint. */
  readonly saved: readonly Range[];
  /** Blocks that carry the marker. The first is that of sector 0; they do not overlap. */
  readonly marked: readonly Range[];
  /** The marked blocks, and old copies of a table behind the partitions: nothing of this may survive. Sorted, disjoint. */
  readonly cleared: readonly Range[];
}

/** Looks for a GPT on the card as it is. Device errors pass through. */
export async function readLayout(device: BlockDevice): Promise<RestoreLayout> {
  const { size, sectorSize } = device;
  const headEnd = Math.min(END_BYTES, size);
  const tailStart = Math.max(headEnd, blockStart(size - Math.min(END_BYTES, size)));
  const lastSector = Math.floor(size / sectorSize) - 1;
  const alternate = (await alternateSector(device, lastSector)) ?? lastSector;
  const headers = [lastSector, alternate].map((sector) => blockOfSector(device, sector));
  // A sector of 4096 bytes puts the first header of a GPT into the second block.
  const blocks = [blockAt(device, 0), ...(sectorSize > 512 ? [blockAt(device, sectorSize)] : [])];
  const marked = toExtents([...blocks, ...headers]);
  const copies: Range[] = [];
  for (const sector of [lastSector, alternate]) {
    if (await isGptHeader(device, sector)) copies.push(copyArea(device, sector));
  }
  return {
    bytes: size,
    sectorSize,
    headEnd,
    tailStart,
    saved: toExtents([
      { offset: 0, bytes: headEnd },
      { offset: Math.max(0, size - END_BYTES), bytes: Math.min(END_BYTES, size) },
      ...marked,
    ]),
    marked,
    cleared: toExtents([...marked, ...copies]),
  };
}

/** The multiple of 4096 at or before `offset`. */
export function blockStart(offset: number): number {
  return Math.floor(offset / MAP_ALIGNMENT) * MAP_ALIGNMENT;
}

/** Where the card's first header says that its copy lies; null without such a header, or when the place makes no sense. */
async function alternateSector(device: BlockDevice, lastSector: number): Promise<number | null> {
  if (!(await isGptHeader(device, 1))) return null;
  const header = new ByteReader(await readUpTo(device, device.sectorSize, 64));
  try {
    const sector = header.u64(32);
    return sector > 1 && sector <= lastSector ? sector : null;
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

/** By its signature alone: a damaged header is still one that a repair tool may believe. */
async function isGptHeader(device: BlockDevice, sector: number): Promise<boolean> {
  const bytes = await readUpTo(device, sector * device.sectorSize, 8);
  return Buffer.from(bytes).toString('latin1') === 'EFI PART';
}

function blockOfSector(device: BlockDevice, sector: number): Range {
  const offset = sector * device.sectorSize;
  // A card that ends within a block has its last header in the last 4096 bytes all the same.
  return blockAt(device, Math.max(0, Math.min(blockStart(offset), device.size - MAP_ALIGNMENT)));
}

function blockAt(device: BlockDevice, offset: number): Range {
  return { offset, bytes: Math.min(MAP_ALIGNMENT, device.size - offset) };
}

function copyArea({ sectorSize }: BlockDevice, sector: number): Range {
  const end = (sector + 1) * sectorSize;
  const offset = Math.max(0, sector * sectorSize - ENTRY_TABLE_BYTES);
  return { offset, bytes: end - offset };
}
