/** Opens an image as far as that goes without unpacking it; why it does not go is a finding. */

import type { BlockDevice } from '../engine/block-device.ts';
import { isPiKeepError } from '../engine/errors.ts';
import { checkOf, type HealthCheck } from '../engine/health.ts';
import type { ReadBackMethod } from '../engine/image/image-file.ts';
import type { Manifest } from '../engine/image/manifest.ts';
import { openForm } from '../engine/image/open-form.ts';
import { openImage } from '../engine/image/open-image.ts';
import { english } from '../language/english.ts';
import type { Platform } from '../platform/ports.ts';
import { contentLost } from './check-content.ts';
import { openOwnGzip } from './own-gzip.ts';
import type { TaskContext } from './task-context.ts';
import type { CheckTask } from './tasks.ts';
import { openUnpacked } from './unpacked-image.ts';

export type OpenedForCheck =
  | {
      readonly device: BlockDevice;
      /** Asked for when everything has been read. */
      readonly method: () => ReadBackMethod;
    }
  | { readonly device: null; readonly check: HealthCheck };

export interface OpenForCheckOptions {
  readonly image: string;
  readonly manifest: Manifest | null;
  readonly platform: Platform;
  readonly task: Pick<CheckTask, 'cacheFolder' | 'unpack'>;
  readonly context: TaskContext;
}

/**
 * Whoever gets the device closes it. Throws NO_SUCH_IMAGE, ACCESS_DENIED, NOT_AN_IMAGE, INTERRUPTED, and, where it may be
 * unpacked, what that throws.
 */
export async function openForCheck(options: OpenForCheckOptions): Promise<OpenedForCheck> {
  try {
    return await open(options);
  } catch (error) {
    if (isPiKeepError(error, 'IMAGE_DAMAGED')) {
      return { device: null, check: contentLost(error.facts.detail) };
    }
    if (isPiKeepError(error, 'READ_FAILED')) {
      return {
        device: null,
        check: contentLost(english`byte ${error.facts.offset} of it cannot be read`),
      };
    }
    throw error;
  }
}

async function open({
  image,
  manifest,
  platform,
  task: { cacheFolder, unpack = false },
  context,
}: OpenForCheckOptions): Promise<OpenedForCheck> {
  const { imageFiles: files, compressor } = platform;
  const ports = { files, compressor, path: image, signal: context.signal };
  if (manifest) {
    const opened = await openImage({ ...ports, manifest });
    return { device: opened.device, method: () => opened.readBackMethod };
  }
  const form = await openForm({ ...ports, manifest: null, bmap: null });
  if (form.kind === 'seekable') return { device: form.device, method: () => 'read-back-cached' };
  const opened = form.form === 'gzip' ? await openOwnGzip(ports) : null;
  if (opened || cacheFolder === undefined) {
    await form.file.close();
    return opened
      ? { device: opened.device, method: () => opened.readBackMethod }
      : { device: null, check: packedElsewhere(form.form) };
  }
  try {
    const options = { platform, target: image, unpack, cacheFolder };
    const device = await openUnpacked(form, options, context);
    return { device, method: () => 'read-back-cached' };
  } catch (error) {
    if (!isPiKeepError(error, 'NEEDS_UNPACKING')) throw error;
    return { device: null, check: packedElsewhere(form.form) };
  }
}

function packedElsewhere(form: string): HealthCheck {
  const detail = english`This image was packed by another program (${form}), so nothing can be said of it before it is unpacked.`;
  const next = english`Unpack it once: by “Browse files” in the panel, or with “pikeep check --unpack”. The next check then looks inside.`;
  return checkOf('content', '', [{ state: 'remark', detail, next }]);
}
