/** Disks that a restore may not write whatever the listing says of them: those below the files it needs, and the system's. */

import { realpath, stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { Disk } from '../engine/disk.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { Volumes } from '../platform/ports.ts';

export interface GuardedPaths {
  /** The image that is written; null when there is none. */
  readonly image: string | null;
  /** The folder of images; it may not exist. */
  readonly library: string;
  /** Where the records go; it may not exist. */
  readonly recordsFolder: string;
}

export interface Guard {
  /** For the rule of selection. */
  readonly destinationDisks: readonly string[];
  /** Throws PROTECTED_DISK for the disk below `/`, and for a card that is the image itself or another one of the library. */
  require(disk: Disk): Promise<void>;
}

/**
 * Asks the mount table, which is another source than the listing of disks: one that was told wrong things about a disk does
 * not mislead the other. Throws what asking throws.
 */
export async function guardDisks(paths: GuardedPaths, volumes: Volumes): Promise<Guard> {
  const system = await volumes.volumeOf('/');
  const below = new Set<string>();
  for (const file of [paths.image, paths.library, paths.recordsFolder]) {
    if (file === null) continue;
    const volume = await volumes.volumeOf(await nearestExisting(file));
    for (const disk of volume.disks) below.add(disk);
  }
  return {
    destinationDisks: [...below].filter((disk) => !system.disks.includes(disk)),
    async require(disk) {
      if (system.disks.includes(disk.id)) throw refusal(disk, 'system-disk');
      const backing = disk.bus === 'slot' ? disk.path : (disk.diskImage?.backingFile ?? null);
      if (backing !== null && (await isOneOf(backing, paths))) throw refusal(disk, 'destination');
    },
  };
}

function refusal(disk: Disk, reason: 'system-disk' | 'destination'): PiKeepError {
  return new PiKeepError('PROTECTED_DISK', { disk: disk.id, reason });
}

/** A card that is a file (in the slot, or a loop device) could be the very image, or a backup. */
async function isOneOf(backing: string, { image, library }: GuardedPaths): Promise<boolean> {
  const real = await realOrNull(backing);
  if (real === null) return false;
  const folder = await realOrNull(library);
  if (folder !== null && real.startsWith(`${folder}${path.sep}`)) return true;
  if (image === null) return false;
  const [one, other] = [await stat(real), await stat(image)];
  return one.dev === other.dev && one.ino === other.ino;
}

async function nearestExisting(file: string): Promise<string> {
  for (let at = path.resolve(file); ; at = path.dirname(at)) {
    if ((await realOrNull(at)) !== null || at === path.dirname(at)) return at;
  }
}

async function realOrNull(file: string): Promise<string | null> {
  try {
    return await realpath(file);
  } catch (error) {
    // What this user cannot see lies in no folder of theirs.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}
