/** Checks an image against its manifest. */

import { openImage } from '../engine/image/open-image.ts';
import { verifyImage } from '../engine/verify.ts';
import { readManifest } from '../library/manifest-file.ts';
import { phaseMeter } from './phase-progress.ts';
import type { VerifyResult } from './results.ts';
import type { TaskContext } from './task-context.ts';
import type { VerifyTask } from './tasks.ts';
import { unreadableOf } from './unreadable-of.ts';

/** Throws NO_SUCH_IMAGE, MANIFEST_MISSING, MANIFEST_INVALID, IMAGE_DAMAGED, VERIFY_DIFFERS, READ_FAILED, INTERRUPTED. */
export async function runVerify(task: VerifyTask, context: TaskContext): Promise<VerifyResult> {
  const started = context.monotonic();
  const manifest = await readManifest(task.image, task.library ?? null);
  const platform = await context.createPlatform({ slot: null });
  const opened = await openImage({
    files: platform.imageFiles,
    compressor: platform.compressor,
    path: task.image,
    manifest,
    signal: context.signal,
  });
  const { device } = opened;
  try {
    await verifyImage({
      device,
      bytes: manifest.source.bytes,
      map: manifest.map,
      signal: context.signal,
      onProgress: phaseMeter('reading', manifest.source.bytes, context),
    });
  } finally {
    await device.close();
  }
  const seconds = (context.monotonic() - started) / 1000;
  return {
    task: 'verify',
    image: task.image,
    bytes: device.size,
    verified: opened.readBackMethod,
    unreadable: unreadableOf(manifest),
    seconds,
  };
}
