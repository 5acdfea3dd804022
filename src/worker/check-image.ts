/** The image of a restore, checked from beginning to end before a card is touched. */

import { openRestoreSource } from '../engine/image/open-restore-source.ts';
import type { RestoreSource } from '../engine/image/restore-source.ts';
import type { Platform } from '../platform/ports.ts';
import type { ImageFacts } from './image-facts.ts';
import { phaseMeter } from './phase-progress.ts';
import type { TaskContext } from './task-context.ts';

/**
 * `limitBytes`: the size of the largest card it may go to. Throws NO_SUCH_IMAGE, NOT_AN_IMAGE, ACCESS_DENIED, IMAGE_DAMAGED,
 * VERIFY_DIFFERS, UNSUPPORTED, READ_FAILED, INTERRUPTED.
 */
export async function checkImage(
  path: string,
  { manifest, bmap }: ImageFacts,
  limitBytes: number,
  platform: Platform,
  context: TaskContext,
): Promise<RestoreSource> {
  let meter = phaseMeter('checking', 0, context);
  return openRestoreSource({
    files: platform.imageFiles,
    compressor: platform.compressor,
    unpacker: platform.unpacker,
    path,
    manifest,
    bmap,
    limitBytes,
    onTotal: (total) => {
      meter = phaseMeter('checking', total, context);
    },
    onProgress: (bytes) => meter(bytes),
    signal: context.signal,
  });
}
