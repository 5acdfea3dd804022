/** Where the image goes, and whether it can: checked before the card is touched. */

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { imageFormats } from '../engine/image/image-format.ts';
import { destinationError } from '../library/destination-error.ts';
import { imageStem, safeTitle } from '../library/image-name.ts';
import type { VolumeFacts, Volumes } from '../platform/ports.ts';
import type { BackupTask } from './tasks.ts';

export type Destination = BackupTask['destination'];

/** Room for the manifest and the file system's own books. */
const SPARE_BYTES = 4 * 1024 * 1024;

export interface Place {
  readonly folder: string;
  /** File name without the ending of its format. */
  readonly stem: string;
  /** The user named this very file. */
  readonly exact: boolean;
}

/**
 * The volume that will hold the image. A library that does not exist yet is made. Throws DESTINATION_MISSING,
 * DESTINATION_NOT_WRITABLE, DESTINATION_EXISTS.
 */
export async function destinationVolume(
  destination: Destination,
  volumes: Volumes,
): Promise<VolumeFacts> {
  if (destination.kind === 'library') await makeFolder(destination.folder);
  if (destination.kind === 'file') await requireAbsent(destination.path);
  const folder = destinationFolder(destination);
  await requireWritable(folder);
  return volumes.volumeOf(folder);
}

export function destinationFolder(destination: Destination): string {
  return destination.kind === 'file' ? path.dirname(destination.path) : destination.folder;
}

/** At most; in bytes. */
export interface ImageSizes {
  /** Length of the file. */
  readonly fileBytes: number;
  /** What of it is no hole. */
  readonly storedBytes: number;
}

/**
 * Throws DESTINATION_FILE_LIMIT, DESTINATION_TOO_SMALL, DESTINATION_NOT_WRITABLE. Where the file system keeps no holes,
 * every byte of the file takes room. `takenBytes` are on the disk already.
 */
export function requireRoom(
  volume: VolumeFacts,
  { fileBytes, storedBytes }: ImageSizes,
  takenBytes = 0,
): void {
  const { mountPoint, fileSystem, freeBytes, maxFileBytes, keepsHoles } = volume;
  if (volume.readOnly) {
    throw new PiKeepError('DESTINATION_NOT_WRITABLE', { path: mountPoint, errno: 'EROFS' });
  }
  if (fileBytes > maxFileBytes) {
    const facts = {
      path: mountPoint,
      fileSystem,
      limitBytes: maxFileBytes,
      neededBytes: fileBytes,
    };
    throw new PiKeepError('DESTINATION_FILE_LIMIT', facts);
  }
  const imageBytes = keepsHoles ? storedBytes : fileBytes;
  const neededBytes = Math.max(0, imageBytes - takenBytes) + SPARE_BYTES;
  if (neededBytes > freeBytes) {
    throw new PiKeepError('DESTINATION_TOO_SMALL', { path: mountPoint, neededBytes, freeBytes });
  }
}

/** Folder and name for an image of this Pi; in the library each Pi has a folder of its own, made here. */
export async function placeOf(destination: Destination, title: string, at: Date): Promise<Place> {
  switch (destination.kind) {
    case 'file': {
      const { dir, base } = path.parse(destination.path);
      return { folder: dir, stem: withoutFormat(base), exact: true };
    }
    case 'folder':
      return { folder: destination.folder, stem: imageStem(title, at), exact: false };
    case 'library': {
      const folder = path.join(destination.folder, safeTitle(title));
      await makeFolder(folder);
      return { folder, stem: imageStem(title, at), exact: false };
    }
  }
}

/** "octopi" of "octopi.img.gz". */
function withoutFormat(name: string): string {
  const ending = imageFormats.map((format) => `.${format}`).find((one) => name.endsWith(one));
  return ending === undefined ? name : name.slice(0, -ending.length);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw destinationError(error, folder);
  }
}

async function requireWritable(folder: string): Promise<void> {
  try {
    const stat = await fs.stat(folder);
    if (!stat.isDirectory()) throw new PiKeepError('DESTINATION_MISSING', { path: folder });
    await fs.access(folder, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    throw destinationError(error, folder);
  }
}

async function requireAbsent(file: string): Promise<void> {
  try {
    await fs.lstat(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw destinationError(error, file);
  }
  throw new PiKeepError('DESTINATION_EXISTS', { path: file });
}
