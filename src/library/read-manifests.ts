/** Which files of a library matter, and what its manifests say. */

import { BMAP_SUFFIX } from '../engine/image/bmap.ts';
import { MANIFEST_SUFFIX } from '../engine/image/manifest.ts';
import type { FoundFile, LibraryProblem } from './library-files.ts';
import type { ManifestCache } from './manifest-cache.ts';
import type { ReadManifest } from './pair-files.ts';
import type { Patience } from './patience.ts';

/** A disk that sleeps needs some seconds to spin up. */
export const PATIENCE_MS = 10_000;
/** Manifests read at the same time; some threads stay free for others when none of them is answered. */
const AT_ONCE = 2;
const IMAGE_ENDINGS = ['.img', '.img.gz', '.img.zst', '.gz', '.zst', '.xz', '.zip'];

/** The name decides what is looked at. */
export function isOfInterest(name: string): boolean {
  return isManifest(name) || name.endsWith(BMAP_SUFFIX) || isImage(name);
}

export function isManifest(name: string): boolean {
  return name.endsWith(MANIFEST_SUFFIX);
}

export function isImage(name: string): boolean {
  const lower = name.toLowerCase();
  return IMAGE_ENDINGS.some((ending) => lower.endsWith(ending));
}

/** Throws INTERRUPTED; what is wrong with a manifest is a problem. */
export async function readManifests(
  files: readonly FoundFile[],
  cache: ManifestCache,
  patience: Patience,
): Promise<{ manifests: ReadManifest[]; problems: LibraryProblem[] }> {
  const manifests: ReadManifest[] = [];
  const problems: LibraryProblem[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const group = files.slice(at, at + AT_ONCE);
    const looks = await Promise.all(group.map((file) => cache.look(file, patience)));
    for (const [index, file] of group.entries()) {
      const look = looks[index];
      if (look?.facts) manifests.push({ file, facts: look.facts });
      else if (look) problems.push({ path: file.path, problem: look.problem });
    }
  }
  return { manifests, problems };
}
