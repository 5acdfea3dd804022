/** Finds and reads the manifest of an image. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { errnoOf, isPiKeepError, PiKeepError } from '../engine/errors.ts';
import {
  MANIFEST_SUFFIX,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
} from '../engine/image/manifest.ts';
import { english } from '../language/english.ts';
import { findManifest } from './find-manifest.ts';

export function manifestPathOf(image: string): string {
  return image + MANIFEST_SUFFIX;
}

/**
 * Beside the image, or where it is found when one of them was renamed or moved: in its folder, and for an image of `library`
 * anywhere in that. Throws NO_SUCH_IMAGE when the image is not there, MANIFEST_MISSING, MANIFEST_INVALID,
 * ACCESS_DENIED.
 */
export async function readManifest(
  image: string,
  library: string | null = null,
): Promise<Manifest> {
  await trying(image, new PiKeepError('NO_SUCH_IMAGE', { path: image }), () => fs.stat(image));
  try {
    return await readAt(manifestPathOf(image));
  } catch (error) {
    if (!isPiKeepError(error, 'MANIFEST_MISSING')) throw error;
    const elsewhere = await findManifest(image, library);
    if (elsewhere === null) throw error;
    return readAt(elsewhere);
  }
}

async function readAt(manifestPath: string): Promise<Manifest> {
  const missing = new PiKeepError('MANIFEST_MISSING', { path: manifestPath });
  return parseManifest(
    await trying(manifestPath, missing, () => readText(manifestPath)),
    manifestPath,
  );
}

/** Never more than a manifest may have, and never waits: a pipe or a device may lie in its place. */
async function readText(file: string): Promise<string> {
  const handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    const detail = stats.isFile() ? english`it is too large` : english`it is not a file`;
    if (!stats.isFile() || stats.size > MAX_MANIFEST_BYTES) {
      throw new PiKeepError('MANIFEST_INVALID', { path: file, detail });
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function trying<T>(file: string, missing: PiKeepError, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const errno = error instanceof PiKeepError ? null : errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') throw missing;
    if (errno === 'EACCES')
      throw new PiKeepError('ACCESS_DENIED', { path: file }, { cause: error });
    throw error;
  }
}
