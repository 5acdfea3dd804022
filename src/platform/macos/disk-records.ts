/** What `diskutil` says about disks, in the adapter's own words. Everything is hostile until it is here. */

import type { DiskBus, DiskPartition, PartitionKind } from '../../engine/disk.ts';
import { gptKind } from '../../engine/partition-types.ts';
import { isWholeDisk, partitionNumber, wholeDiskOf } from './disk-names.ts';
import type { Dictionary } from './property-list.ts';

/** An entry of AllDisksAndPartitions. */
export interface ListedDisk {
  readonly id: string;
  readonly bytes: number | null;
  readonly content: string | null;
  readonly partitions: readonly DiskPartition[];
  /** Partitions of other disks that an APFS container is built on. */
  readonly physicalStores: readonly string[];
  /** Mount points of everything on it: partitions, APFS volumes, snapshots, the disk itself. */
  readonly mountPoints: readonly string[];
}

/** Reads the reply to `diskutil list -plist`. Entries that do not name a whole disk are left out. */
export function readList(reply: Dictionary): readonly ListedDisk[] {
  const disks = new Map<string, ListedDisk>();
  for (const entry of reply.dictionaries('AllDisksAndPartitions')) {
    const id = entry.text('DeviceIdentifier');
    if (id !== null && isWholeDisk(id)) disks.set(id, listedDisk(id, entry));
  }
  // Named but not described: listed all the same, so that nothing is hidden; `info` has to tell the rest.
  for (const id of reply.texts('WholeDisks')) {
    if (!isWholeDisk(id) || disks.has(id)) continue;
    disks.set(id, {
      id,
      bytes: null,
      content: null,
      partitions: [],
      physicalStores: [],
      mountPoints: [],
    });
  }
  return [...disks.values()];
}

/** The facts of `diskutil info -plist diskN` that bear on a whole disk. */
export interface DiskRecord {
  readonly bytes: number | null;
  readonly sectorBytes: number | null;
  readonly mediaName: string | null;
  readonly busName: string | null;
  readonly internal: boolean | null;
  readonly removable: boolean | null;
  readonly ejectable: boolean | null;
  readonly writable: boolean | null;
  readonly virtual: boolean;
  readonly content: string | null;
  readonly diskUuid: string | null;
  readonly physicalStores: readonly string[];
}

/** Null when the record does not describe this whole disk: another name, a partition, or no word on being whole. */
export function readDiskRecord(id: string, reply: Dictionary): DiskRecord | null {
  const named = reply.text('DeviceIdentifier') ?? id;
  const parent = reply.text('ParentWholeDisk') ?? id;
  if (named !== id || parent !== id || reply.flag('WholeDisk') !== true) return null;
  return {
    // TotalSize is the volume's size where a file system sits on the node itself; Size is missing on old systems.
    bytes: reply.count('Size') ?? reply.count('IOKitSize') ?? reply.count('TotalSize'),
    sectorBytes: reply.count('DeviceBlockSize'),
    mediaName: reply.filled('MediaName') ?? reply.filled('IORegistryEntryName'),
    busName: reply.filled('BusProtocol'),
    internal: reply.flag('Internal'),
    removable: reply.flag('RemovableMedia') ?? reply.flag('Removable'),
    ejectable: reply.flag('Ejectable'),
    writable: reply.flag('WritableMedia'),
    virtual: reply.text('VirtualOrPhysical') === 'Virtual',
    content: reply.text('Content'),
    diskUuid: reply.filled('DiskUUID'),
    physicalStores: physicalStores(reply),
  };
}

/** The disks below a mounted volume: its own (or its container's) and those of the container's physical stores. */
export function disksBelow(reply: Dictionary): readonly string[] {
  const own = reply.text('ParentWholeDisk') ?? reply.text('DeviceIdentifier') ?? '';
  const disks = [own, reply.text('APFSContainerReference') ?? '', ...physicalStores(reply)]
    .map(wholeDiskOf)
    .filter((disk) => disk !== null);
  return [...new Set(disks)];
}

const buses: ReadonlyMap<string, DiskBus> = new Map([
  ['Secure Digital', 'secure-digital'],
  ['USB', 'usb'],
  ['PCI-Express', 'nvme'],
  ['Apple Fabric', 'nvme'],
  ['SATA', 'sata'],
  ['ATA', 'sata'],
  ['Thunderbolt', 'thunderbolt'],
  ['Disk Image', 'disk-image'],
  ['Virtual Interface', 'disk-image'],
]);

export function busOf(busName: string | null): DiskBus {
  return buses.get(busName ?? '') ?? 'other';
}

function listedDisk(id: string, entry: Dictionary): ListedDisk {
  const slices = entry.dictionaries('Partitions');
  const volumes = entry.dictionaries('APFSVolumes');
  return {
    id,
    bytes: entry.count('Size'),
    content: entry.text('Content'),
    partitions: slices.map((slice, position) => partition(id, slice, position + 1)),
    physicalStores: physicalStores(entry),
    mountPoints: [entry, ...slices, ...volumes].flatMap(mountPointsOf),
  };
}

function partition(disk: string, slice: Dictionary, position: number): DiskPartition {
  const name = slice.text('DeviceIdentifier');
  const node = name !== null && wholeDiskOf(name) === disk && name !== disk ? name : null;
  const typeName = slice.text('Content') ?? '';
  return {
    index: (node === null ? null : partitionNumber(node)) ?? position,
    node,
    kind: kindOf(typeName),
    typeName,
    label: slice.filled('VolumeName'),
    uuid: slice.filled('VolumeUUID'),
    offset: null,
    bytes: Math.max(0, slice.count('Size') ?? 0),
    mountPoints: mountPointsOf(slice),
  };
}

/** The key is APFSPhysicalStore in `info` and DeviceIdentifier in `list`. */
function physicalStores(entry: Dictionary): readonly string[] {
  return entry
    .dictionaries('APFSPhysicalStores')
    .map((store) => store.text('APFSPhysicalStore') ?? store.text('DeviceIdentifier'))
    .filter((store) => store !== null);
}

function mountPointsOf(entry: Dictionary): readonly string[] {
  const snapshots = entry.dictionaries('MountedSnapshots');
  return [
    entry.filled('MountPoint'),
    ...snapshots.map((snapshot) => snapshot.filled('SnapshotMountPoint')),
  ].filter((path) => path !== null);
}

/** diskutil's names for partition types; an unknown GPT type is shown as its GUID. */
const kinds: ReadonlyMap<string, PartitionKind> = new Map([
  ['Windows_FAT_32', 'fat'],
  ['Windows_FAT_16', 'fat'],
  ['DOS_FAT_32', 'fat'],
  ['DOS_FAT_16', 'fat'],
  ['DOS_FAT_16_S', 'fat'],
  ['DOS_FAT_12', 'fat'],
  ['Linux', 'linux'],
  ['Linux Filesystem', 'linux'],
  ['Linux_Swap', 'linux-swap'],
  ['Linux Swap', 'linux-swap'],
  ['Linux_LVM', 'linux-lvm'],
  ['EFI', 'efi-system'],
  ['Microsoft Basic Data', 'microsoft-basic-data'],
  ['Windows_NTFS', 'ntfs-or-exfat'],
  ['Apple_HFS', 'hfs'],
  ['Apple_HFSX', 'hfs'],
  ['DOS_Extended', 'extended'],
  ['Windows_Extended', 'extended'],
]);

function kindOf(content: string): PartitionKind {
  if (content.startsWith('Apple_APFS')) return 'apfs';
  return kinds.get(content) ?? gptKind(content);
}
