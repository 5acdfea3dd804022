/** Which of the listed disks a user's word means: an id, a device path, a link to one, or a card in the slot. */

import { realpath } from 'node:fs/promises';
import * as path from 'node:path';
import type { Disk } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';

/** Throws NO_SUCH_DISK. A slot card answers to its file name with or without the ending. */
export async function findDisk(disks: readonly Disk[], name: string): Promise<Disk> {
  const byName = disks.find((disk) =>
    [disk.id, disk.path, disk.rawPath, withoutEnding(disk)].includes(name),
  );
  if (byName) return byName;
  const target = await resolveLink(name);
  const byTarget = disks.find((disk) => disk.path === target || disk.rawPath === target);
  if (byTarget) return byTarget;
  throw new PiKeepError('NO_SUCH_DISK', { disk: name });
}

function withoutEnding(disk: Disk): string | null {
  return disk.bus === 'slot' ? path.parse(disk.id).name : null;
}

async function resolveLink(name: string): Promise<string | null> {
  if (!name.includes('/')) return null;
  try {
    return await realpath(name);
  } catch {
    // A path that leads nowhere names no disk; the caller says so.
    return null;
  }
}
