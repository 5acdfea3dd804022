/** The disks a command may mean, with the verdict on each. */

import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Disk } from '../engine/disk.ts';
import { errnoOf, isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { type Glance, glance } from '../engine/pi-card.ts';
import { judge, type Verdict } from '../engine/selection.ts';
import { tellUnproven } from '../library/unproven.ts';
import type { VolumeFacts, Volumes } from '../platform/ports.ts';
import type { Session } from './session.ts';

export interface SeenDisk {
  readonly disk: Disk;
  readonly verdict: Verdict;
  readonly glance: Glance;
}

/** Every disk there is. The disks below `folders` are protected; none where the worker judges that itself. */
export async function lookAtDisks(
  session: Session,
  ...folders: readonly string[]
): Promise<SeenDisk[]> {
  const { platform, options, signal, recordsFolder } = session;
  const disks = await tellUnproven(await platform.disks.list(signal), recordsFolder);
  const volumes = await Promise.all(folders.map((folder) => volumeBelow(folder, platform.volumes)));
  const context = {
    destinationDisks: volumes.flatMap((volume) => volume.disks),
    allowDiskImage: options.allowDiskImage,
    allowOtherExternal: session.settings.current.showOtherExternal,
    neverTouch: session.settings.current.neverTouch.map(({ key }) => key),
  };
  return disks.map((disk) => ({ disk, verdict: judge(disk, context), glance: glance(disk) }));
}

/**
 * The disk the user means: by its id, by its node, by any link to its node, by the name of its image in the slot with or
 * without the ending. Throws NO_SUCH_DISK.
 */
export async function findDisk(seen: readonly SeenDisk[], name: string): Promise<SeenDisk> {
  const wanted = await namesOf(name);
  const found =
    seen.find(({ disk }) => disk.id === name) ??
    seen.find(({ disk }) => `${name}.img` === disk.id) ??
    seen.find(({ disk }) => wanted.has(disk.path) || wanted.has(disk.rawPath));
  if (!found) throw new PiKeepError('NO_SUCH_DISK', { disk: name });
  return found;
}

/** Throws PROTECTED_DISK or NOT_A_CARD unless the selection rule offers this disk. */
export function requireCard({ disk, verdict }: SeenDisk): void {
  if (verdict.offer) return;
  const code = verdict.protected ? 'PROTECTED_DISK' : 'NOT_A_CARD';
  throw new PiKeepError(code, { disk: disk.id, reason: verdict.reason });
}

async function namesOf(name: string): Promise<Set<string>> {
  const path = resolve(name);
  try {
    return new Set([path, await realpath(path)]);
  } catch (error) {
    // Not there, or not to be looked at: then only its own name can match.
    if (errnoOf(error) === null) throw error;
    return new Set([path]);
  }
}

/** The volume of a folder that may not exist yet: then that of the nearest folder that does. */
export async function volumeBelow(folder: string, volumes: Volumes): Promise<VolumeFacts> {
  try {
    return await volumes.volumeOf(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (!isPiKeepError(error, 'DESTINATION_MISSING') || parent === folder) throw error;
    return volumeBelow(parent, volumes);
  }
}
