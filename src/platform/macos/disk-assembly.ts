/** Puts together what `diskutil` said about each disk, and what that makes of the others. */

import { join } from 'node:path';
import type { Disk, DiskRole } from '../../engine/disk.ts';
import { busOf, type DiskRecord, type ListedDisk } from './disk-records.ts';
import { rolesOf } from './disk-roles.ts';

const DEFAULT_SECTOR_BYTES = 512;

export interface DiskAnswers {
  readonly listed: readonly ListedDisk[];
  /** By name of the whole disk; a disk may be missing. */
  readonly records: ReadonlyMap<string, DiskRecord>;
  /** The whole disks below "/". */
  readonly rootDisks: readonly string[];
  /** The folder of device nodes. */
  readonly devices: string;
}

export function assembleDisks(answers: DiskAnswers): readonly Disk[] {
  const { listed, records, rootDisks, devices } = answers;
  const roles = rolesOf(listed, records, rootDisks);
  return listed.map((disk) =>
    describe(disk, records.get(disk.id), roles.get(disk.id) ?? [], devices),
  );
}

/** A disk without a usable record keeps every fact unknown; the selection rule then refuses it. */
function describe(
  listed: ListedDisk,
  record: DiskRecord | undefined,
  roles: readonly DiskRole[],
  devices: string,
): Disk {
  const bus = busOf(record?.busName ?? null);
  return {
    id: listed.id,
    path: join(devices, listed.id),
    rawPath: join(devices, `r${listed.id}`),
    bytes: record?.bytes ?? listed.bytes ?? 0,
    sectorBytes: record?.sectorBytes ?? DEFAULT_SECTOR_BYTES,
    mediaName: record?.mediaName ?? null,
    bus,
    busName: record?.busName ?? null,
    internal: record?.internal ?? null,
    removable: record?.removable ?? null,
    ejectable: record?.ejectable ?? null,
    writable: record?.writable ?? null,
    virtual: record?.virtual ?? false,
    diskImage: bus === 'disk-image' ? { backingFile: null, backingOwner: null } : null,
    scheme: schemeOf(record?.content ?? listed.content),
    tableId: null,
    diskUuid: record?.diskUuid ?? null,
    partitions: listed.partitions,
    roles,
    bootFiles: null,
  };
}

function schemeOf(content: string | null): Disk['scheme'] {
  switch (content) {
    case 'FDisk_partition_scheme':
      return 'mbr';
    case 'GUID_partition_scheme':
      return 'gpt';
    case 'Apple_partition_scheme':
      return 'apm';
    case '':
      return 'none';
    default:
      return null;
  }
}
