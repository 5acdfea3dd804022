/** Finds and reads the manifest of an image. */

import * as fs from 'node:fs/promises';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import {
  MANIFEST_SUFFIX,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
} from '../engine/image/manifest.ts';

export function manifestPathOf(image: string): string {
  return image + MANIFEST_SUFFIX;
}

/** Throws NO_SUCH_IMAGE when the image is not there, MANIFEST_MISSING, MANIFEST_INVALID, ACCESS_DENIED. */
export async function readManifest(image: string): Promise<Manifest> {
  const manifestPath = manifestPathOf(image);
  await sizeOf(image, new PiKeepError('NO_SUCH_IMAGE', { path: image }));
  const missing = new PiKeepError('MANIFEST_MISSING', { path: manifestPath });
  if ((await sizeOf(manifestPath, missing)) > MAX_MANIFEST_BYTES) {
    throw new PiKeepError('MANIFEST_INVALID', { path: manifestPath, detail: 'it is too large' });
  }
  return parseManifest(await fs.readFile(manifestPath, 'utf8'), manifestPath);
}

async function sizeOf(file: string, missing: PiKeepError): Promise<number> {
  try {
    return (await fs.stat(file)).size;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') throw missing;
    if (errno === 'EACCES')
      throw new PiKeepError('ACCESS_DENIED', { path: file }, { cause: error });
    throw error;
  }
}
