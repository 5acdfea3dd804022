/** Goes on with the backup of a card that an earlier process began, if card and image allow it. */

import { english } from '../language/english.ts';
import type { BlockDevice } from './block-device.ts';
import type { CardAreas } from './card-areas.ts';
import { CHUNK_BYTES, type Range } from './chunks.ts';
import { compareDone } from './compare-done.ts';
import { PiKeepError } from './errors.ts';
import { intersect } from './extents.ts';
import type { Compressor } from './image/compressor.ts';
import type { NewImageFile } from './image/image-file.ts';
import type { ImageFormat } from './image/image-format.ts';
import type { MapEntry } from './image/map.ts';
import { type ResumedImage, resumeImage } from './resume-image.ts';
import { fitToPlan } from './resume-plan.ts';

export interface ResumeOptions {
  readonly device: BlockDevice;
  /** Name of the card for messages. */
  readonly disk: string;
  /** What would be copied of the card now. Everything of it outside of FAT file systems was planned before, too. */
  readonly ranges: readonly Range[];
  readonly areas: CardAreas;
  readonly format: ImageFormat;
  readonly file: NewImageFile;
  readonly compressor: Compressor;
  /** As the checkpoint has them: ascending and disjoint, inside the card, and not to be trusted in anything else. */
  readonly entries: readonly MapEntry[];
  /** Packed lengths of the blocks of a packed image. */
  readonly blocks: readonly number[];
  readonly random?: (limit: number) => number;
  /** First with all that will be read of the card again, then with what has been. */
  readonly onCompare?: (step: { total: number; read: number }) => void;
  /** First with all that will be read of the image again, then with what has been; in bytes of the card. */
  readonly onCheck?: (step: { total: number; read: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads again what can have changed without a trace, drops what did change or is not right in the image, and hands over an
 * image to go on with. The card is looked at first; the image is only touched when that can be continued. Throws CARD_CHANGED,
 * NOTHING_TO_CONTINUE, and what reading the card and writing the image throw.
 */
export async function resume(options: ResumeOptions): Promise<ResumedImage> {
  const { device, disk, ranges, areas, format, file, onCheck } = options;
  const plan = fitToPlan(ranges, options.entries);
  for (const stray of plan.strays) {
    if (intersect([stray], areas.fat).length > 0) continue;
    const detail = english`Its checkpoint speaks of places that are not copied of this card.`;
    throw new PiKeepError('NOTHING_TO_CONTINUE', { path: file.path, detail });
  }
  const { random, onCompare: onProgress, signal } = options;
  const looks = { device, disk, areas, entries: plan.entries, signal };
  const differing = await compareDone({
    ...looks,
    ...(random ? { random } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
  const gone = new Set(differing.map(({ offset }) => offset));
  // A packed image can only be cut off, not mended.
  const end =
    format === 'img'
      ? Number.POSITIVE_INFINITY
      : chunkStart(Math.min(plan.firstMissing, differing[0]?.offset ?? Number.POSITIVE_INFINITY));
  const entries = plan.entries.filter(({ offset }) => offset < end && !gone.has(offset));
  const last = entries.at(-1);
  onCheck?.({ total: last ? last.offset + last.bytes : 0, read: 0 });
  return resumeImage({
    format,
    file,
    bytes: device.size,
    compressor: options.compressor,
    entries,
    blocks: options.blocks,
    end,
    onProgress: (read) => onCheck?.({ total: 0, read }),
    signal,
  });
}

function chunkStart(offset: number): number {
  return Number.isFinite(offset) ? Math.floor(offset / CHUNK_BYTES) * CHUNK_BYTES : offset;
}
