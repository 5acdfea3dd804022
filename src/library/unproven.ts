/**
 * Which cards were written by a restore that was never proven. Such a card bears no mark any more: it looks whole, and only the
 * record of its restore knows better.
 */

import { basename } from 'node:path';
import { type Disk, type WeakIdentity, weakIdentity } from '../engine/disk.ts';
import { errnoOf } from '../engine/errors.ts';
import { seemsSameCard } from '../engine/same-card.ts';
import { english } from '../language/english.ts';
import type { RestoreRecord } from './restore-record.ts';
import { findRecord, readRecords } from './restore-records.ts';

/**
 * The disks, those with the name of the image that seem to hold such a restore. Two cards of one size from one image look the
 * same: then both are told of, which is the safe side. Where the records cannot be read, nothing is known: no card is hidden
 * for that.
 */
export async function tellUnproven(
  disks: readonly Disk[],
  recordsFolder: string,
): Promise<readonly Disk[]> {
  const records = unprovenOf(await readRecords(recordsFolder).catch(noneWhereUnreadable));
  if (records.length === 0) return disks;
  return disks.map((disk) => {
    const found = recordOf(disk, records);
    return found ? { ...disk, unproven: found.image.title } : disk;
  });
}

/**
 * Notes that a card was compared with an image, and is the same: a restore of that image to it is proven by that. Throws
 * DESTINATION_FULL, DESTINATION_FAILED and the like.
 */
export async function settleUnproven(
  disk: Disk,
  image: string,
  recordsFolder: string,
): Promise<void> {
  const records = unprovenOf(await readRecords(recordsFolder).catch(noneWhereUnreadable));
  const found = recordOf(disk, records);
  if (found?.image.title !== basename(image)) return;
  const record = await findRecord(recordsFolder, found.id);
  await record?.update({
    state: 'done',
    summary: english`The restore was not proven in its time. Later the card was compared with the image, and is the same.`,
  });
}

function recordOf(disk: Disk, records: readonly RestoreRecord[]): RestoreRecord | undefined {
  if (disk.unfinished !== undefined) return undefined;
  const weak = weakIdentity(disk);
  return records.findLast((record) => isAfter(record, weak));
}

/** Disks are listed all the same: a folder of reports is not worth that no card can be backed up. */
function noneWhereUnreadable(error: unknown): readonly RestoreRecord[] {
  if (errnoOf(error) !== null) return [];
  throw error;
}

/**
 * Of records from the oldest to the newest, those whose card was not written again since. A restore that was proven says so; one
 * that overwrites such a card takes its place, however it ends.
 */
export function unprovenOf(records: readonly RestoreRecord[]): readonly RestoreRecord[] {
  const open: RestoreRecord[] = [];
  for (const record of records) {
    if (record.times.writing !== null) {
      const overwritten = open.findLastIndex((one) => isAfter(one, record.weak));
      if (overwritten >= 0) open.splice(overwritten, 1);
    }
    const isOpen = record.state === 'proving' || record.state === 'failed';
    if (isOpen && record.after !== null) open.push(record);
  }
  return open;
}

function isAfter({ after }: RestoreRecord, weak: WeakIdentity): boolean {
  return after?.some((one) => seemsSameCard(one, weak)) ?? false;
}
