/** The backups in a library, and which of them is of the card at hand. */

import type { Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { StrongIdentity } from '../engine/card.ts';
import type { WeakIdentity } from '../engine/disk.ts';
import { errnoOf } from '../engine/errors.ts';
import type { ImageFormat } from '../engine/image/image-format.ts';
import { MANIFEST_SUFFIX } from '../engine/image/manifest.ts';
import { compareIdentifiers, seemsSameCard } from '../engine/same-card.ts';
import { type ManifestHead, readManifestHead } from './manifest-head.ts';

export interface Backup {
  /** Full path of the image, which was there a moment ago. */
  readonly path: string;
  readonly title: string;
  /** When the card was read (ISO 8601). */
  readonly at: string;
  readonly format: ImageFormat;
  /** Size of the card and of the unpacked image. */
  readonly bytes: number;
  readonly weak: WeakIdentity | null;
  readonly strong: StrongIdentity;
  /** Proven when it was made. */
  readonly verified: boolean;
  /** Ranges of the card that could not be read. */
  readonly unreadable: number;
}

/** More Pis, and more backups, than anybody keeps; what lies beyond is not looked at. */
const MAX_FOLDERS = 1000;
const MAX_BACKUPS = 5000;
/** Manifests read at the same time. */
const AT_ONCE = 8;

/**
 * Every image with a manifest in the library and in the folders of its Pis, the newest first. What cannot be read or is no
 * manifest of ours is left out; a library that does not exist is empty.
 */
export async function findBackups(library: string): Promise<readonly Backup[]> {
  const images = await imagesBelow(library);
  const found: Backup[] = [];
  for (let at = 0; at < images.length; at += AT_ONCE) {
    const group = await Promise.all(images.slice(at, at + AT_ONCE).map(readBackup));
    found.push(...group.filter((backup) => backup !== null));
  }
  return found.sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** "same": the card itself said so. "seems": so it looks without having read it. */
export type Likeness = 'same' | 'seems';

/** A card as `matchBackups` looks at it. */
export interface CardIdentity {
  readonly bytes: number;
  readonly weak: WeakIdentity | null;
  /** Null where the card could not be read. */
  readonly strong: StrongIdentity | null;
}

/** The backups of a card, in the order given. What was read off the card outweighs what the system shows of it. */
export function matchBackups(
  backups: readonly Backup[],
  card: CardIdentity,
): readonly { readonly backup: Backup; readonly likeness: Likeness }[] {
  return backups.flatMap((backup) => {
    const likeness = likenessOf(backup, card);
    return likeness === null ? [] : [{ backup, likeness }];
  });
}

/** Whether a card is the one that `backup` was made of. */
export function likenessOf(
  backup: Pick<Backup, 'bytes' | 'weak' | 'strong'>,
  { bytes, weak, strong }: CardIdentity,
): Likeness | null {
  if (backup.bytes !== bytes) return null;
  const read = strong === null ? 'nothing known' : compareIdentifiers(backup.strong, strong);
  if (read !== 'nothing known') return read === 'same' ? 'same' : null;
  return weak !== null && backup.weak !== null && seemsSameCard(backup.weak, weak) ? 'seems' : null;
}

async function imagesBelow(library: string): Promise<string[]> {
  const top = await entriesOf(library);
  const images: string[] = [];
  const add = (folder: string, entries: readonly Dirent[]): void => {
    const names = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
    for (const name of names) {
      // A manifest without its image is the rest of a backup that was cut off, not a backup.
      if (names.has(name + MANIFEST_SUFFIX)) images.push(path.join(folder, name));
    }
  };
  add(library, top);
  const folders = top.filter((entry) => entry.isDirectory()).slice(0, MAX_FOLDERS);
  for (const { name } of folders) {
    const folder = path.join(library, name);
    add(folder, await entriesOf(folder));
  }
  return images.slice(0, MAX_BACKUPS);
}

async function readBackup(image: string): Promise<Backup | null> {
  const head = await readManifestHead(image + MANIFEST_SUFFIX);
  return head && backupOf(image, head);
}

function backupOf(image: string, head: ManifestHead): Backup {
  const { card, source, unreadable, verified, times } = head;
  return {
    path: image,
    title: card.title,
    at: times.started,
    format: head.image.format,
    bytes: source.bytes,
    weak: card.weak,
    strong: card.strong,
    verified: verified !== null,
    unreadable: unreadable.length,
  };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    // A folder this user may not look into holds no backup of theirs.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}
