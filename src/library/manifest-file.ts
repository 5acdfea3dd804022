/** Finds and reads the manifest of an image. */

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
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
  try {
    await fs.access(image);
    const { size } = await fs.stat(manifestPath);
    if (size > MAX_MANIFEST_BYTES) {
      throw new PiKeepError('MANIFEST_INVALID', { path: manifestPath, detail: 'it is too large' });
    }
    return parseManifest(await fs.readFile(manifestPath, 'utf8'), manifestPath);
  } catch (error) {
    throw await explainMissing(error, image, manifestPath);
  }
}

async function explainMissing(error: unknown, image: string, manifest: string): Promise<unknown> {
  const errno = errnoOf(error);
  if (errno === 'EACCES') return new PiKeepError('ACCESS_DENIED', { path: image }, { cause: error });
  if (errno !== 'ENOENT' && errno !== 'ENOTDIR') return error;
  const names = await fs.readdir(path.dirname(image)).catch(() => []);
  const isThere = names.includes(path.basename(image));
  return isThere
    ? new PiKeepError('MANIFEST_MISSING', { path: manifest }, { cause: error })
    : new PiKeepError('NO_SUCH_IMAGE', { path: image }, { cause: error });
}
