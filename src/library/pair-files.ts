/** Which image a manifest speaks of, when files were moved, renamed or copied by hand. */

import * as path from 'node:path';
import { MANIFEST_SUFFIX } from '../engine/image/manifest.ts';
import { say } from '../language/say.ts';
import type { BackupFacts } from './backup-facts.ts';
import { sampleFits } from './content-sample.ts';
import { splitImageName } from './image-name.ts';
import { type FoundFile, type LibraryProblem, problemWords } from './library-files.ts';
import type { ManifestCache } from './manifest-cache.ts';
import { type Patience, patiently } from './patience.ts';

export interface ReadManifest {
  readonly file: FoundFile;
  readonly facts: BackupFacts;
}

export interface Pair extends ReadManifest {
  readonly image: FoundFile;
  /** By their names, by a name that was kept in another folder, or by what is in the image. */
  readonly by: 'name' | 'moved' | 'content';
}

export interface Pairs {
  readonly pairs: readonly Pair[];
  /** Manifests whose image is not in the library. */
  readonly alone: readonly ReadManifest[];
  /** Images that no manifest speaks of. */
  readonly images: readonly FoundFile[];
  readonly problems: readonly LibraryProblem[];
}

/** Images compared by their content, at most: each costs some reads of a few MiB. The rest is said not to be known. */
const MAX_COMPARED = 200;

/** Throws INTERRUPTED. */
export async function pairFiles(
  manifests: readonly ReadManifest[],
  images: readonly FoundFile[],
  cache: ManifestCache,
  patience: Patience,
): Promise<Pairs> {
  const left = new Map(images.map((image) => [image.path, image]));
  const pairs: Pair[] = [];
  const lonely: ReadManifest[] = [];
  for (const manifest of manifests) {
    const image = left.get(manifest.file.path.slice(0, -MANIFEST_SUFFIX.length));
    if (image) take(manifest, image, 'name');
    else lonely.push(manifest);
  }
  const search = new Search(cache, patience);
  const alone: ReadManifest[] = [];
  for (const manifest of lonely) {
    const found = await search.imageOf(manifest, [...left.values()]);
    if (found) take(manifest, found.image, found.by);
    else alone.push(manifest);
  }
  return { pairs, alone, images: [...left.values()], problems: search.problems };

  function take(manifest: ReadManifest, image: FoundFile, by: Pair['by']): void {
    left.delete(image.path);
    pairs.push({ ...manifest, image, by });
  }
}

class Search {
  readonly problems: LibraryProblem[] = [];
  readonly #cache: ManifestCache;
  readonly #patience: Patience;
  #compared = 0;

  constructor(cache: ManifestCache, patience: Patience) {
    this.#cache = cache;
    this.#patience = patience;
  }

  async imageOf(
    manifest: ReadManifest,
    images: readonly FoundFile[],
  ): Promise<{ image: FoundFile; by: Pair['by'] } | null> {
    const { facts, file } = manifest;
    const fitting = images
      .filter((image) => image.stamp.size === facts.imageBytes && isOfFormat(image, facts))
      .sort((one, other) => distance(one, manifest) - distance(other, manifest));
    const named = fitting.filter((image) => path.basename(image.path) === facts.imageName);
    const [only] = named;
    if (only && named.length === 1) return { image: only, by: 'moved' };
    // A packed file has its very own length; all plain images of cards of one size are equally long.
    if (facts.format !== 'img') return this.#one(file, fitting);
    const equal: FoundFile[] = [];
    for (const image of named.length > 0 ? named : fitting) {
      if (!(await this.#fits(file, image))) continue;
      if (isOfThatTime(image, facts)) return { image, by: 'content' };
      equal.push(image);
    }
    return this.#one(file, equal);
  }

  #one(
    manifest: FoundFile,
    images: readonly FoundFile[],
  ): { image: FoundFile; by: 'content' } | null {
    const [image] = images;
    if (image && images.length === 1) return { image, by: 'content' };
    if (image) {
      const names = images.map(({ path: file }) => path.basename(file)).slice(0, 3);
      this.#say(
        manifest,
        say`it may belong to any of ${images.length} images (${names.join(', ')}, …)`,
      );
    }
    return null;
  }

  async #fits(manifest: FoundFile, image: FoundFile): Promise<boolean> {
    try {
      return await this.#cache.fits(manifest, image, () => {
        this.#compared++;
        if (this.#compared > MAX_COMPARED) throw new TooMany();
        return patiently(() => sampleFits(manifest.path, image.path), this.#patience);
      });
    } catch (error) {
      if (error instanceof TooMany) this.#say(manifest, say`there are too many renamed images`);
      else this.#say(image, problemWords(error));
      return false;
    }
  }

  #say(file: FoundFile, problem: string): void {
    this.problems.push({ path: file.path, problem });
  }
}

class TooMany extends Error {}

/** By its ending. */
function isOfFormat(image: FoundFile, { format }: BackupFacts): boolean {
  return splitImageName(path.basename(image.path))?.format === format;
}

/** The same folder first, then whatever was written at the time the backup ended. */
function distance(image: FoundFile, { file, facts }: ReadManifest): number {
  const away = path.dirname(image.path) === path.dirname(file.path) ? 0 : 1e15;
  return away + Math.abs(image.stamp.mtimeMs - Date.parse(facts.finishedAt));
}

/** Renaming and moving keep the time of the last write, which is the end of the backup. */
function isOfThatTime(image: FoundFile, { finishedAt }: BackupFacts): boolean {
  return Math.abs(image.stamp.mtimeMs - Date.parse(finishedAt)) < 120_000;
}
