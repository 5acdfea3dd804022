/** Plain data about whole disks, as a platform reports them without any special right. */

/** A part of a whole disk. Sizes and offsets in bytes; null where the system did not say. */
export interface DiskPartition {
  /** 1-based, in the order of the table. */
  readonly index: number;
  /** The system's node name ("disk4s1", "sdb1"); null for a card in the slot. */
  readonly node: string | null;
  /** What the table calls it, in one vocabulary for all platforms. */
  readonly kind: PartitionKind;
  /** The system's own word for the type ("Windows_FAT_32", "0xc", a GPT GUID), for showing. */
  readonly typeName: string;
  readonly label: string | null;
  /** File-system UUID where the system shows one without rights (the FAT VolumeUUID on macOS, blkid's UUID on Linux). */
  readonly uuid: string | null;
  readonly offset: number | null;
  readonly bytes: number;
  readonly mountPoints: readonly string[];
}

/** `fat` is any FAT type an MBR or GPT names for one; `linux` is MBR 0x83 or a Linux GPT type. */
export const partitionKinds = [
  'fat',
  'linux',
  'linux-swap',
  'linux-lvm',
  'efi-system',
  'microsoft-basic-data',
  'ntfs-or-exfat',
  'apfs',
  'hfs',
  'extended',
  'other',
] as const;
export type PartitionKind = (typeof partitionKinds)[number];

export type DiskBus =
  | 'secure-digital'
  | 'usb'
  | 'nvme'
  | 'sata'
  | 'thunderbolt'
  | 'disk-image'
  | 'slot'
  | 'other';

/** Why the running system cannot spare this disk. Found by the platform, judged by `selection.ts`. */
export type DiskRole =
  /** Carries `/` or another volume of the running system, directly or through a container, LVM, RAID or dm. */
  | 'system'
  /** Used as swap. */
  | 'swap'
  /** Holds an APFS container (macOS). */
  | 'apfs-container'
  /** Is itself a part of something larger: LVM physical volume in use, RAID member, dm or crypt backing. */
  | 'in-use';

/** A disk image or loop device: not a physical disk. */
export interface DiskImageFacts {
  /** The file behind it, where the system says. */
  readonly backingFile: string | null;
  /** Owner of that file. */
  readonly backingOwner: number | null;
}

export interface Disk {
  /** What the user types and what `list` prints: "disk4", "sdb", "loop3", a file name in the slot. Reused by the next card. */
  readonly id: string;
  /** The node to name to the system: "/dev/disk4", "/dev/sdb", the image file of a slot card. */
  readonly path: string;
  /** The node to read: "/dev/rdisk4" on macOS, else the same as `path`. */
  readonly rawPath: string;
  readonly bytes: number;
  readonly sectorBytes: number;
  readonly mediaName: string | null;
  readonly bus: DiskBus;
  /** The system's own word for the bus. */
  readonly busName: string | null;
  /** Null where the system did not say; the selection rule then assumes the dangerous value. */
  readonly internal: boolean | null;
  /** The medium can be taken out of its reader. */
  readonly removable: boolean | null;
  readonly ejectable: boolean | null;
  /** False when the card's lock switch is on. Null: not said. */
  readonly writable: boolean | null;
  /** Virtual disks: APFS containers, disk images, loop devices, device mapper. */
  readonly virtual: boolean;
  readonly diskImage: DiskImageFacts | null;
  readonly scheme: 'mbr' | 'gpt' | 'apm' | 'none' | null;
  /** MBR disk signature ("5e3da3da") or GPT disk GUID, where the system shows it without rights. */
  readonly tableId: string | null;
  /** macOS DiskUUID and the like. */
  readonly diskUuid: string | null;
  readonly partitions: readonly DiskPartition[];
  readonly roles: readonly DiskRole[];
  /**
   * Names in the root folder of the first FAT partition, only where looking needs no permission and shows no dialog
   * (a card in the slot; a volume already mounted on Linux). Null: not looked at. Always null on macOS, where looking would raise the privacy prompt unasked.
   */
  readonly bootFiles: readonly string[] | null;
  /**
   * The image whose restore to this disk did not finish, by the mark in its first sector; absent where there is none or where
   * looking needs a permission.
   */
  readonly unfinished?: string;
  /**
   * The image that a restore wrote to this disk, or to one that looks like it, without anybody having proven it since; by the
   * records of restores, which no platform knows of. Absent where there is none.
   */
  readonly unproven?: string;
}

/**
 * What the system shows of a card without rights. An offer rests on it; it is compared again right before opening.
 * Two cards can share it ("looks like octopi"), so a restore never rests on it alone.
 */
export interface WeakIdentity {
  readonly bytes: number;
  readonly mediaName: string | null;
  readonly diskUuid: string | null;
  readonly tableId: string | null;
  readonly partitions: readonly {
    readonly bytes: number;
    readonly kind: PartitionKind;
    readonly uuid: string | null;
  }[];
}

export function weakIdentity(disk: Disk): WeakIdentity {
  return {
    bytes: disk.bytes,
    mediaName: disk.mediaName,
    diskUuid: disk.diskUuid,
    tableId: disk.tableId,
    partitions: disk.partitions.map(({ bytes, kind, uuid }) => ({ bytes, kind, uuid })),
  };
}

/** One line that is equal exactly when two weak identities are; for keys and for messages. */
export function weakIdentityText(identity: WeakIdentity): string {
  const partitions = identity.partitions.map(
    (part) => `${part.kind}:${part.bytes}:${part.uuid ?? '-'}`,
  );
  return [
    identity.bytes,
    identity.mediaName ?? '-',
    identity.diskUuid ?? '-',
    identity.tableId ?? '-',
    ...partitions,
  ].join(' ');
}
