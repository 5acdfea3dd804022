/** Images that can only be read from beginning to end, opened as the file in the cache that they were unpacked to. */

import type { BlockDevice } from '../engine/block-device.ts';
import { countingDevice } from '../engine/counting-device.ts';
import { PiKeepError } from '../engine/errors.ts';
import { damaged } from '../engine/image/damaged.ts';
import type { OpenedForm } from '../engine/image/open-form.ts';
import { findUnpacked, unpackToCache } from '../library/unpacked-cache.ts';
import type { Platform } from '../platform/ports.ts';
import { phaseMeter } from './phase-progress.ts';
import type { TaskContext } from './task-context.ts';

export interface UnpackedOptions {
  readonly platform: Platform;
  /** Path of the image. */
  readonly target: string;
  /** Where it is not in the cache yet, it may be put there. */
  readonly unpack: boolean;
  readonly cacheFolder: string;
}

/**
 * Closes `form.file` in every case; whoever gets the device closes that. Throws NEEDS_UNPACKING unless that is allowed, and
 * then what unpacking throws; INTERRUPTED.
 */
export async function openUnpacked(
  { file, form }: Extract<OpenedForm, { kind: 'stream' }>,
  { target, unpack, cacheFolder, platform }: UnpackedOptions,
  context: TaskContext,
): Promise<BlockDevice> {
  const { signal } = context;
  try {
    let found = await findUnpacked(cacheFolder, target);
    if (found === null) {
      if (!unpack) {
        throw new PiKeepError('NEEDS_UNPACKING', { path: target, packedBytes: file.size });
      }
      const counted = countingDevice(file, phaseMeter('reading', file.size, context));
      found = await unpackToCache({
        folder: cacheFolder,
        image: target,
        pieces: () => inWords(platform.unpacker.unpack(counted, form, signal), target),
        freeBytes: async () => (await platform.volumes.volumeOf(cacheFolder)).freeBytes,
        signal,
      });
    }
    return (await platform.imageFiles.open(found)).device;
  } finally {
    await file.close();
  }
}

async function* inWords(
  pieces: AsyncGenerator<Uint8Array, void, void>,
  image: string,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* pieces;
  } catch (error) {
    throw damaged(error, image);
  }
}
