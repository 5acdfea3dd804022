/** Data of an image that would lie behind the end of a card, outside of every partition. */

import type { BlockDevice } from './block-device.ts';
import { MAP_ALIGNMENT, type Range } from './chunks.ts';
import { isPiKeepError } from './errors.ts';
import { intersect, invert } from './extents.ts';
import { type MapEntry, zeroSha256 } from './image/map.ts';
import { isAllZero } from './zeros.ts';

export interface TailOptions {
  readonly image: BlockDevice;
  readonly map: readonly MapEntry[];
  /** Bytes of the card. */
  readonly cardBytes: number;
  /** What of the image is not needed there: backups of the partition table. */
  readonly unneeded: readonly Range[];
}

/**
 * Where the last data behind the card's end ends; null when there is none. What the map leaves out reads as zeros. An entry is
 * only read where its hash does not say "zeros" by itself; what cannot be read counts as data.
 */
export async function endOfTail(options: TailOptions): Promise<number | null> {
  const { image, map, cardBytes, unneeded } = options;
  for (const entry of map.toReversed()) {
    const end = entry.offset + entry.bytes;
    if (end <= cardBytes) return null;
    if (entry.sha256 === zeroSha256(entry.bytes)) continue;
    const start = Math.max(entry.offset, cardBytes);
    const needed = intersect([{ offset: start, bytes: end - start }], invert(unneeded, end));
    for (const range of needed.toReversed()) {
      const found = await endOfData(image, range);
      if (found === 'unknown' && isRounding(range, unneeded)) continue;
      if (found !== null) return found === 'unknown' ? range.offset + range.bytes : found;
    }
  }
  return null;
}

/** The rest of a block that is only in the map because a backup of the table lies in it too: maps are rounded outwards. */
function isRounding({ offset, bytes }: Range, unneeded: readonly Range[]): boolean {
  if (bytes >= MAP_ALIGNMENT) return false;
  const block = Math.floor(offset / MAP_ALIGNMENT) * MAP_ALIGNMENT;
  const whole = [{ offset: block, bytes: MAP_ALIGNMENT }];
  return offset + bytes <= block + MAP_ALIGNMENT && intersect(whole, unneeded).length > 0;
}

/** Behind the last byte of the range that is not zero; null when all are. */
async function endOfData(image: BlockDevice, range: Range): Promise<number | null | 'unknown'> {
  const data = new Uint8Array(range.bytes);
  try {
    await image.read(data, range.offset);
  } catch (error) {
    if (!isPiKeepError(error, 'UNSUPPORTED')) throw error;
    return 'unknown';
  }
  if (isAllZero(data)) return null;
  return range.offset + data.findLastIndex((byte) => byte !== 0) + 1;
}
