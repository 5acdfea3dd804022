/** A gzip image of PiKeep whose manifest is lost. */

import { isPiKeepError } from '../engine/errors.ts';
import type { OpenedImage } from '../engine/image/image-file.ts';
import { openImage } from '../engine/image/open-image.ts';

/** It can be read from the middle all the same, once its blocks are known; null for a gzip file of another program. */
export async function openOwnGzip(
  ports: Omit<Parameters<typeof openImage>[0], 'manifest' | 'format'>,
): Promise<OpenedImage | null> {
  try {
    return await openImage({ ...ports, manifest: null, format: 'img.gz' });
  } catch (error) {
    // Cut off, or of another program: unpacking tells.
    if (isPiKeepError(error, 'UNSUPPORTED', 'IMAGE_DAMAGED')) return null;
    throw error;
  }
}
