/** Recorded replies through the adapter's real parsers, without any program. */

import type { Disk } from '../../../src/engine/disk.ts';
import { assembleDisks } from '../../../src/platform/macos/disk-assembly.ts';
import {
  type DiskRecord,
  disksBelow,
  readDiskRecord,
  readList,
} from '../../../src/platform/macos/disk-records.ts';
import { parsePropertyList } from '../../../src/platform/macos/property-list.ts';

export interface Replies {
  /** Reply to `list -plist`. */
  readonly list: string;
  /** Replies to `info -plist`, by whole disk. */
  readonly info?: Readonly<Record<string, string>>;
  /** Reply to `info -plist /`; without one, the running system lies on disk0. */
  readonly root?: string;
}

export function parseDisks({ list, info = {}, root }: Replies): readonly Disk[] {
  const records = new Map<string, DiskRecord>();
  for (const [id, reply] of Object.entries(info)) {
    const record = readDiskRecord(id, parsePropertyList(reply, 'diskutil'));
    if (record) records.set(id, record);
  }
  return assembleDisks({
    listed: readList(parsePropertyList(list, 'diskutil')),
    records,
    rootDisks: root === undefined ? ['disk0'] : disksBelow(parsePropertyList(root, 'diskutil')),
    devices: '/dev',
  });
}
