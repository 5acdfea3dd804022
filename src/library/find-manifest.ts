/** The manifest of an image that was renamed by hand, or moved away from it. */

import * as path from 'node:path';
import { MANIFEST_SUFFIX } from '../engine/image/manifest.ts';
import { walkLibrary } from './library-files.ts';
import { ManifestCache } from './manifest-cache.ts';
import { pairFiles } from './pair-files.ts';
import { isImage, isManifest, isOfInterest, PATIENCE_MS, readManifests } from './read-manifests.ts';

/**
 * As `readLibrary` pairs them: by names, else by the content. Looks below `library` for an image that lies in it, else in the
 * folder of the image; null where nothing speaks of it. Only manifests whose own image is gone are read.
 */
export async function findManifest(image: string, library: string | null): Promise<string | null> {
  const wanted = path.resolve(image);
  const folder = path.dirname(wanted);
  if (library === null || !isBelow(path.resolve(library), wanted)) return find(wanted, folder, 0);
  return (await find(wanted, folder, 0)) ?? (await find(wanted, path.resolve(library)));
}

/** `depth`: folders below folders; left out, as deep as a library is read. */
async function find(wanted: string, folder: string, depth?: number): Promise<string | null> {
  const patience = { patienceMs: PATIENCE_MS };
  const limit = depth === undefined ? {} : { depth };
  const { files } = await walkLibrary(folder, { ...patience, ...limit, wants: isOfInterest });
  const there = new Set(files.map(({ path: file }) => file));
  const manifests = files.filter(
    ({ path: file }) => isManifest(file) && !there.has(file.slice(0, -MANIFEST_SUFFIX.length)),
  );
  const images = files.filter(
    ({ path: file }) => isImage(file) && !there.has(file + MANIFEST_SUFFIX),
  );
  if (manifests.length === 0) return null;
  const cache = new ManifestCache();
  const read = await readManifests(manifests, cache, patience);
  const { pairs } = await pairFiles(read.manifests, images, cache, patience);
  return pairs.find(({ image: { path: file } }) => file === wanted)?.file.path ?? null;
}

function isBelow(folder: string, file: string): boolean {
  return file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}
