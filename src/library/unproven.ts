/**
 * Which cards were written by a restore that was never proven. Such a card bears no mark any more: it looks whole, and only the
 * record of its restore knows better.
 */

import { type Disk, type WeakIdentity, weakIdentity } from '../engine/disk.ts';
import { errnoOf } from '../engine/errors.ts';
import { seemsSameCard } from '../engine/same-card.ts';
import type { RestoreRecord } from './restore-record.ts';
import { readRecords } from './restore-records.ts';

/**
 * The disks, those with the name of the image that seem to hold such a restore. Two cards of one size from one image look the
 * same: then both are told of, which is the safe side. Throws nothing where the records cannot be read.
 */
export async function tellUnproven(
  disks: readonly Disk[],
  recordsFolder: string,
): Promise<readonly Disk[]> {
  const records = unprovenOf(await readRecords(recordsFolder).catch(noneWhereUnreadable));
  if (records.length === 0) return disks;
  return disks.map((disk) => {
    if (disk.unfinished !== undefined) return disk;
    const weak = weakIdentity(disk);
    const found = records.findLast((record) => isAfter(record, weak));
    return found ? { ...disk, unproven: found.image.title } : disk;
  });
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
