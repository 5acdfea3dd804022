/** Looks at a few places all over a card to see how much of an image it holds already. */

import { randomInt } from 'node:crypto';
import type { BlockDevice } from './block-device.ts';
import { MAP_ALIGNMENT, totalBytes } from './chunks.ts';
import { isPiKeepError, throwIfInterrupted } from './errors.ts';
import { type MapEntry, sha256 } from './image/map.ts';
import type { RestoreSource } from './image/restore-source.ts';

const SAMPLES = 96;
/** Of an image that can be read anywhere. */
const SAMPLE_BYTES = 16 * 1024;
/** Whole entries are read of the others; where that is more than this share of the map, samples cost more than they tell. */
const MAX_SHARE = 1 / 32;

/**
 * The share of samples, spread over `entries`, that are on the card already; null where samples would take too long, as they do
 * on a card that cannot be read everywhere. Throws DEVICE_GONE, IMAGE_DAMAGED, INTERRUPTED.
 */
export async function sampleShare(options: {
  readonly target: BlockDevice;
  readonly source: RestoreSource;
  /** Ascending; all of them lie on the card. */
  readonly entries: readonly MapEntry[];
  readonly signal?: AbortSignal | undefined;
}): Promise<number | null> {
  const { target, source, entries, signal } = options;
  const chosen = spread(entries);
  if (chosen.length === 0) return null;
  if (!source.isSeekable && totalBytes(chosen) > totalBytes(entries) * MAX_SHARE) return null;
  let right = 0;
  for (const entry of chosen) {
    throwIfInterrupted(signal);
    try {
      const isRight = source.isSeekable
        ? await isPieceRight(target, source.view, entry)
        : await isEntryRight(target, entry);
      if (isRight) right++;
    } catch (error) {
      // Of the image it is IMAGE_DAMAGED; a card tries each bad place for seconds.
      if (isPiKeepError(error, 'READ_FAILED')) return null;
      throw error;
    }
  }
  return right / chosen.length;
}

/** One entry at random out of each of so many equal stretches of the map's bytes. */
function spread(entries: readonly MapEntry[]): MapEntry[] {
  const total = totalBytes(entries);
  const stretch = Math.max(1, Math.floor(total / SAMPLES));
  const chosen: MapEntry[] = [];
  let aim = total === 0 ? total : randomInt(stretch);
  let at = 0;
  for (const entry of entries) {
    at += entry.bytes;
    // A long entry may be chosen more than once: each time another place of it is looked at.
    for (; aim < at && chosen.length < SAMPLES; aim += stretch) chosen.push(entry);
  }
  return chosen;
}

async function isPieceRight(
  target: BlockDevice,
  view: BlockDevice,
  entry: MapEntry,
): Promise<boolean> {
  const bytes = Math.min(SAMPLE_BYTES, entry.bytes);
  const blocks = Math.floor((entry.bytes - bytes) / MAP_ALIGNMENT);
  const offset = entry.offset + (blocks === 0 ? 0 : randomInt(blocks + 1) * MAP_ALIGNMENT);
  const [onCard, inImage] = [Buffer.alloc(bytes), Buffer.alloc(bytes)];
  await Promise.all([target.read(onCard, offset), view.read(inImage, offset)]);
  return onCard.equals(inImage);
}

async function isEntryRight(target: BlockDevice, entry: MapEntry): Promise<boolean> {
  const data = new Uint8Array(entry.bytes);
  await target.read(data, entry.offset);
  return sha256(data) === entry.sha256;
}
