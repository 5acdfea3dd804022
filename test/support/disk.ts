/** A whole disk as plain data, for tests that care about a few of its facts. */

import type { Disk } from '../../src/engine/disk.ts';

/** A removable USB card without partitions, with some facts replaced. `rawPath` follows `path` unless given. */
export function plainDisk(facts: Partial<Disk> = {}): Disk {
  const path = facts.path ?? '/dev/sdx';
  return {
    id: path.slice(path.lastIndexOf('/') + 1),
    path,
    rawPath: path,
    bytes: 1024 * 1024,
    sectorBytes: 512,
    mediaName: 'Card Reader',
    bus: 'usb',
    busName: 'usb',
    internal: false,
    removable: true,
    ejectable: true,
    writable: true,
    virtual: false,
    diskImage: null,
    scheme: 'none',
    tableId: null,
    diskUuid: null,
    partitions: [],
    roles: [],
    bootFiles: null,
    ...facts,
  };
}
