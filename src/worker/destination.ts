/** Where the image goes, and whether it can: checked before the card is touched. */

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { destinationError } from '../library/destination-error.ts';
import { imageStem, safeTitle } from '../library/image-name.ts';
import type { VolumeFacts, Volumes } from '../platform/ports.ts';
import type { BackupTask } from './protocol.ts';

export type Destination = BackupTask['destination'];

/** Room for the manifest and the file system's own books. */
const SPARE_BYTES = 4 * 1024 * 1024;

export interface Place {
  readonly folder: string;
  /** File name without ".img". */
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

/**
 * Throws DESTINATION_FILE_LIMIT, DESTINATION_TOO_SMALL, DESTINATION_NOT_WRITABLE. The image is `bytes` long and holds at
 * most `storedBytes` that are not a hole; where the file system keeps no holes, every byte takes room.
 */
export function requireRoom(volume: VolumeFacts, bytes: number, storedBytes: number): void {
  const { mountPoint, fileSystem, freeBytes, maxFileBytes, keepsHoles } = volume;
  if (volume.readOnly) {
    throw new PiKeepError('DESTINATION_NOT_WRITABLE', { path: mountPoint, errno: 'EROFS' });
  }
  if (bytes > maxFileBytes) {
    const facts = { path: mountPoint, fileSystem, limitBytes: maxFileBytes, neededBytes: bytes };
    throw new PiKeepError('DESTINATION_FILE_LIMIT', facts);
  }
  const neededBytes = (keepsHoles ? storedBytes : bytes) + SPARE_BYTES;
  if (neededBytes > freeBytes) {
    throw new PiKeepError('DESTINATION_TOO_SMALL', { path: mountPoint, neededBytes, freeBytes });
  }
}

/** Folder and name for an image of this Pi; in the library each Pi has a folder of its own, made here. */
export async function placeOf(destination: Destination, title: string, at: Date): Promise<Place> {
  switch (destination.kind) {
    case 'file': {
      const { dir, name } = path.parse(destination.path);
      return { folder: dir, stem: name, exact: true };
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
