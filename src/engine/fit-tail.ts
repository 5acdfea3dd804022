/** Data of an image that would lie behind the end of a card, outside of every partition. */

import type { BlockDevice } from './block-device.ts';
import type { Range } from './chunks.ts';
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
      if (found !== null) return found;
    }
  }
  return null;
}

/** Behind the last byte of the range that is not zero; null when all are. What cannot be read is not zero. */
async function endOfData(image: BlockDevice, range: Range): Promise<number | null> {
  const data = new Uint8Array(range.bytes);
  try {
    await image.read(data, range.offset);
  } catch (error) {
    if (!isPiKeepError(error, 'UNSUPPORTED')) throw error;
    return range.offset + range.bytes;
  }
  if (isAllZero(data)) return null;
  return range.offset + data.findLastIndex((byte) => byte !== 0) + 1;
}
