/**
 * Everything in a library. Images and their manifests are the only truth: nothing else is remembered, so whatever is moved,
 * renamed, copied or deleted by hand is right at the next look.
 */

import * as path from 'node:path';
import { BMAP_SUFFIX } from '../engine/image/bmap.ts';
import type { ImageFormat } from '../engine/image/image-format.ts';
import { say } from '../language/say.ts';
import type { BackupFacts } from './backup-facts.ts';
import type { Backup } from './backups.ts';
import { splitImageName } from './image-name.ts';
import {
  type FileStamp,
  type FoundFile,
  type LibraryProblem,
  walkLibrary,
} from './library-files.ts';
import { ManifestCache } from './manifest-cache.ts';
import { type Oddity, odditiesOf } from './oddities.ts';
import { type Pair, pairFiles } from './pair-files.ts';
import type { Patience } from './patience.ts';
import { isImage, isManifest, isOfInterest, PATIENCE_MS, readManifests } from './read-manifests.ts';

/**
 * proven: read back and equal when it was made. unverified: never proven. incomplete: parts of the card could not be read.
 * damaged: the file is not the one that was made.
 */
export const backupStates = ['proven', 'unverified', 'incomplete', 'damaged'] as const;
export type BackupState = (typeof backupStates)[number];

export interface LibraryBackup
  extends Backup,
    Pick<
      BackupFacts,
      'hostname' | 'os' | 'model' | 'finishedAt' | 'contentSha256' | 'failedChecks'
    > {
  readonly state: BackupState;
  readonly manifest: string;
  /** The block map beside it; null where there is none. */
  readonly bmap: string | null;
  /** Size of the image file, and the bytes it takes on the disk. */
  readonly fileBytes: number;
  readonly storedBytes: number;
  readonly stamp: FileStamp;
  readonly oddities: readonly Oddity[];
  /** Path of the backup that this is a copy of: the same content, read at the same time. */
  readonly copyOf: string | null;
}

/** An image that no manifest speaks of: it can be inspected and restored, but nobody knows whose it is. */
export interface PlainImage {
  readonly path: string;
  /** By its name; null for formats of other programs. */
  readonly format: ImageFormat | null;
  readonly fileBytes: number;
  /** Last written (ISO 8601). */
  readonly modified: string;
}

/** A manifest whose image is gone. */
export interface LostImage {
  readonly manifest: string;
  readonly imageName: string;
  readonly title: string;
  readonly at: string;
}

export interface Library {
  readonly folder: string;
  /** The newest first, by what the manifests say; those of one time by their paths. */
  readonly backups: readonly LibraryBackup[];
  readonly images: readonly PlainImage[];
  readonly lost: readonly LostImage[];
  /** Folders and files that could not be read, manifests that are damaged. */
  readonly problems: readonly LibraryProblem[];
}

export interface LibraryOptions {
  readonly now?: Date;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for each answer of the volume. */
  readonly patienceMs?: number;
  readonly cache?: ManifestCache;
}

/** The last moment that a Date can hold; file systems know later ones (ECMA-262, "Time Values and Time Range"). */
const LAST_MS = 8.64e15;

/** Kept as long as the process. */
const ownCache = new ManifestCache();

/** Never throws for what lies in the library, whatever it is: only INTERRUPTED. */
export async function readLibrary(folder: string, options: LibraryOptions = {}): Promise<Library> {
  const { now = new Date(), signal, patienceMs = PATIENCE_MS, cache = ownCache } = options;
  const patience: Patience = { signal, patienceMs };
  const { files, problems } = await walkLibrary(folder, { ...patience, wants: isOfInterest });
  const images = files.filter(({ path: file }) => isImage(file));
  const read = await readManifests(
    files.filter(({ path: file }) => isManifest(file)),
    cache,
    patience,
  );
  const paired = await pairFiles(read.manifests, images, cache, patience);
  const present = new Set(files.map(({ path: file }) => file));
  // What could not be looked at may be there all the same.
  if (problems.length === 0) cache.keepOnly(folder, present);
  return {
    folder,
    backups: withCopies(paired.pairs.map((pair) => backupOf(pair, present, now))),
    images: paired.images.map(plainImage),
    lost: paired.alone.map(({ file, facts: { imageName, title, at } }) => ({
      manifest: file.path,
      imageName,
      title,
      at,
    })),
    problems: [...problems, ...read.problems, ...paired.problems],
  };
}

function backupOf(pair: Pair, present: ReadonlySet<string>, now: Date): LibraryBackup {
  const { facts, image, file } = pair;
  const oddities = odditiesOf(pair, now);
  const { dir, base } = path.parse(image.path);
  const stem = splitImageName(base)?.stem ?? base;
  const bmap = path.join(dir, stem + BMAP_SUFFIX);
  const { title, at, format, bytes, weak, strong, verified, unreadable } = facts;
  const { hostname, os, model, finishedAt, contentSha256, failedChecks } = facts;
  return {
    ...{ title, at, format, bytes, weak, strong, verified, unreadable },
    ...{ hostname, os, model, finishedAt, contentSha256, failedChecks },
    path: image.path,
    state: stateOf(facts, oddities),
    manifest: file.path,
    bmap: present.has(bmap) ? bmap : null,
    fileBytes: image.stamp.size,
    storedBytes: image.storedBytes,
    stamp: image.stamp,
    oddities,
    copyOf: null,
  };
}

function stateOf(facts: BackupFacts, oddities: readonly Oddity[]): BackupState {
  if (oddities.some(({ code }) => code === 'size')) return 'damaged';
  if (facts.unreadable > 0) return 'incomplete';
  return facts.verified ? 'proven' : 'unverified';
}

/** Two backups of a card that did not change have the same content, too, but were not made in the same millisecond. */
function withCopies(backups: readonly LibraryBackup[]): readonly LibraryBackup[] {
  const sorted = backups.toSorted(
    (one, other) => Date.parse(other.at) - Date.parse(one.at) || (one.path < other.path ? -1 : 1),
  );
  const first = new Map<string, LibraryBackup>();
  for (const backup of sorted) {
    const known = first.get(keyOf(backup));
    // A copy that is whole is rather the original than one that is not.
    if (!known || (known.state === 'damaged' && backup.state !== 'damaged')) {
      first.set(keyOf(backup), backup);
    }
  }
  return sorted.map((backup) => {
    const original = first.get(keyOf(backup));
    if (!original || original === backup) return backup;
    const copy: Oddity = { code: 'copy', text: say`it is a copy of ${original.path}` };
    return { ...backup, copyOf: original.path, oddities: [...backup.oddities, copy] };
  });
}

function keyOf({ contentSha256, at, finishedAt }: LibraryBackup): string {
  return `${contentSha256} ${at} ${finishedAt}`;
}

function plainImage({ path: file, stamp }: FoundFile): PlainImage {
  return {
    path: file,
    format: splitImageName(path.basename(file))?.format ?? null,
    fileBytes: stamp.size,
    modified: new Date(Math.min(stamp.mtimeMs, LAST_MS)).toISOString(),
  };
}
