/** Where `--to` points: an existing folder, or exactly one new file. */

import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { imageFormats } from '../engine/image/image-format.ts';
import type { BackupTask } from '../worker/tasks.ts';
import { absolute } from './session.ts';

export type Destination = BackupTask['destination'];

/**
 * A missing `--to` means the library. Throws DESTINATION_EXISTS when the file named is there already, DESTINATION_MISSING
 * when neither the folder nor the folder of the new file exists.
 */
export async function resolveDestination(
  to: string | undefined,
  library: string,
): Promise<Destination> {
  if (to === undefined) return { kind: 'library', folder: library };
  const path = absolute(to, '--to');
  const kind = await kindOf(path);
  if (kind === 'folder') return { kind: 'folder', folder: path };
  if (kind === 'other') throw new PiKeepError('DESTINATION_EXISTS', { path });
  const isImage = imageFormats.some((format) => path.endsWith(`.${format}`));
  if (!isImage || (await kindOf(dirname(path))) !== 'folder') {
    throw new PiKeepError('DESTINATION_MISSING', { path });
  }
  return { kind: 'file', path };
}

/** The folder a destination lies in. */
export function folderOf(destination: Destination): string {
  return destination.kind === 'file' ? dirname(destination.path) : destination.folder;
}

async function kindOf(path: string): Promise<'folder' | 'other' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return 'nothing';
    if (errno === null) throw error;
    throw new PiKeepError('DESTINATION_NOT_WRITABLE', { path, errno }, { cause: error });
  }
}
