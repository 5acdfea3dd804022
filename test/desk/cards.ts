/** Disks as the desk may be shown them. */

import type { Disk, DiskPartition } from '../../src/engine/disk.ts';
import type { Plan } from '../../src/worker/progress.ts';
import { plainDisk } from '../support/disk.ts';

export const context = {
  destinationDisks: [],
  allowDiskImage: false,
  allowOtherExternal: false,
  neverTouch: [],
} as const;

function partition(index: number, facts: Partial<DiskPartition>): DiskPartition {
  return {
    index,
    node: null,
    kind: 'fat',
    typeName: '0xc',
    label: null,
    uuid: null,
    offset: null,
    bytes: 1024 * 1024,
    mountPoints: [],
    ...facts,
  };
}

export function piCard(id: string, facts: Partial<Disk> = {}): Disk {
  return plainDisk({
    id,
    path: `/dev/${id}`,
    bytes: 8 * 1024 * 1024,
    scheme: 'mbr',
    tableId: '5e3da3da',
    partitions: [
      partition(1, { label: 'bootfs', uuid: '4EF5-6F55' }),
      partition(2, { kind: 'linux', typeName: '0x83', bytes: 7 * 1024 * 1024 }),
    ],
    ...facts,
  });
}

export function stick(id: string, facts: Partial<Disk> = {}): Disk {
  return plainDisk({ id, path: `/dev/${id}`, mediaName: 'Ultra Fit', bytes: 4096 * 512, ...facts });
}

export function systemDisk(id: string): Disk {
  return plainDisk({ id, path: `/dev/${id}`, internal: true, removable: false, roles: ['system'] });
}

/** A plan with so many partitions, each with this label. */
export function planOf(partitions: number, label = 'rootfs'): Plan {
  return {
    bytes: 32e9,
    readBytes: 6e9,
    wholeCard: false,
    partitions: Array.from({ length: partitions }, (_, index) => ({
      index: index + 1,
      offset: index * 1e8,
      bytes: 1e8,
      label,
      fileSystem: 'ext',
      usedBytes: 5e7,
      strategy: 'used',
      reason: null,
      journal: 'clean',
    })),
    cells: new Array(240).fill(200),
  };
}
