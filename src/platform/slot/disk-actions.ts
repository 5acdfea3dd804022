/** Taking a card out of the slot: its file moves into a folder beside the cards. */

import { link, mkdir, unlink } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Disk } from '../../engine/disk.ts';
import { errnoOf, PiKeepError } from '../../engine/errors.ts';
import type { DiskActions } from '../ports.ts';

const EJECTED_FOLDER = 'ejected';
const MOST_OF_ONE_NAME = 1000;

/** Nothing in the slot is ever mounted; ejecting keeps every file that was ejected before. */
export function createSlotActions(slot: string): DiskActions {
  return {
    async unmount() {},
    eject: (disk) => moveOut(slot, disk),
  } satisfies DiskActions;
}

async function moveOut(slot: string, disk: Disk): Promise<void> {
  const from = join(slot, disk.id);
  if (disk.path !== from || parse(disk.id).base !== disk.id) {
    throw new PiKeepError('INTERNAL', { detail: `${disk.path} is not a card in ${slot}` });
  }
  const folder = join(slot, EJECTED_FOLDER);
  try {
    await mkdir(folder, { recursive: true });
    await linkUnderFreeName(from, folder, parse(disk.id));
    await unlink(from);
  } catch (error) {
    // A card that somebody took out already is out.
    if (errnoOf(error) === 'ENOENT') return;
    throw new PiKeepError('EJECT_REFUSED', { disk: disk.id, holder: null }, { cause: error });
  }
}

/** A second name instead of a rename, because a rename would replace an older file of the same name. */
async function linkUnderFreeName(
  from: string,
  folder: string,
  name: { name: string; ext: string },
): Promise<void> {
  for (let count = 1; count <= MOST_OF_ONE_NAME; count++) {
    const suffix = count === 1 ? '' : ` (${count})`;
    try {
      return await link(from, join(folder, `${name.name}${suffix}${name.ext}`));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
  throw new PiKeepError('INTERNAL', { detail: `${folder} has too many files called ${name.name}` });
}
