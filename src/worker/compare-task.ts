/** Compares a card with an image that was made of it, and names what differs. */

import * as path from 'node:path';
import type { BlockDevice } from '../engine/block-device.ts';
import { totalBytes } from '../engine/chunks.ts';
import { compareCard } from '../engine/compare-card.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { openImage } from '../engine/image/open-image.ts';
import { requireSameCard } from '../engine/same-card.ts';
import { requireFinished } from '../engine/unfinished.ts';
import { maskUnreadable } from '../engine/unreadable-mask.ts';
import { readManifest } from '../library/manifest-file.ts';
import type { Platform } from '../platform/ports.ts';
import { type OpenedCard, openCard } from './open-card.ts';
import { phaseMeter, tellOpening } from './phase-progress.ts';
import { type CompareResult, MAX_DIFFERENCES } from './results.ts';
import type { TaskContext } from './task-context.ts';
import type { CompareTask } from './tasks.ts';
import { unreadableOf } from './unreadable-of.ts';

/**
 * Throws what opening the card throws, NO_SUCH_IMAGE, MANIFEST_MISSING, MANIFEST_INVALID, OTHER_CARD, VERIFY_DIFFERS or
 * IMAGE_DAMAGED (the image itself), READ_FAILED, DEVICE_GONE, INTERRUPTED. A card that differs is a result, not an error.
 */
export async function runCompare(task: CompareTask, context: TaskContext): Promise<CompareResult> {
  const started = context.monotonic();
  const { image, disk, source, expected, forceUnmount } = task;
  const manifest = await readManifest(image, task.library ?? null);
  const platform = await context.createPlatform({ slot: source.slot });
  tellOpening(context);
  const folder = path.dirname(image);
  const { disks } = await platform.volumes.volumeOf(folder);
  const opened = await openCard({
    platform,
    name: disk,
    expected,
    ...source,
    // An image on the very card would be unmounted with it.
    destination: { path: folder, disks },
    forceUnmount,
    authorizer: context.authorizer,
    onWarning: ({ code, text }) => context.warn(code, text),
    signal: context.signal,
  });
  try {
    const { device, card } = opened;
    requireFinished(card, opened.disk.id);
    requireSame(opened, image, manifest);
    const kept = await openKept(platform, image, manifest, context.signal);
    try {
      const bytes = totalBytes(manifest.map);
      const { map } = manifest;
      const { verdict, differences, ...found } = await compareCard({
        card: maskUnreadable(device, manifest.unreadable),
        image: kept,
        map,
        signal: context.signal,
        onProgress: phaseMeter('rereading', bytes, context),
      });
      return {
        task: 'compare',
        image,
        disk: opened.disk.id,
        verdict,
        bytes,
        notCompared: unreadableOf(manifest),
        differingBytes: found.bytes,
        differences: differences.slice(0, MAX_DIFFERENCES),
        moreDifferences: Math.max(0, differences.length - MAX_DIFFERENCES),
        seconds: (context.monotonic() - started) / 1000,
      };
    } finally {
      await kept.close();
    }
  } finally {
    await opened.device.close();
  }
}

/**
 * Throws OTHER_CARD; READ_FAILED where something that would tell whose card it is cannot be read: it may well be the one.
 */
function requireSame({ device, disk, card, holes }: OpenedCard, image: string, manifest: Manifest) {
  try {
    requireSameCard({ disk: disk.id, image, manifest, device, card });
  } catch (error) {
    const [hole] = holes;
    if (!hole || !isPiKeepError(error, 'OTHER_CARD')) throw error;
    const { offset, bytes } = hole;
    const facts = { path: device.path, offset, bytes, errno: 'EIO' };
    throw new PiKeepError('READ_FAILED', facts, { cause: error });
  }
}

/** The image as the card it holds, whatever its format. */
async function openKept(
  { imageFiles, compressor }: Platform,
  image: string,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<BlockDevice> {
  const { source } = manifest;
  const opened = await openImage({ files: imageFiles, compressor, path: image, manifest, signal });
  const { device } = opened;
  if (device.size === source.bytes) return device;
  await device.close();
  throw new PiKeepError('VERIFY_DIFFERS', {
    path: image,
    offset: Math.min(device.size, source.bytes),
    bytes: Math.abs(device.size - source.bytes),
    ranges: 1,
  });
}
