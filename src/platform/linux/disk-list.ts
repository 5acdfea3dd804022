/** Whole disks as Linux shows them: lsblk, completed from sysfs, and from the disk itself where it may simply be read. */

import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import type {
  Disk,
  DiskBus,
  DiskImageFacts,
  DiskPartition,
  PartitionKind,
} from '../../engine/disk.ts';
import { errnoOf, isPiKeepError } from '../../engine/errors.ts';
import { gptKind, mbrKind } from '../../engine/partition-types.ts';
import { type CardFacts, cleanLabel, readCardFacts } from '../card-facts.ts';
import { openFileDevice } from '../file-device.ts';
import { type BtrfsMembers, btrfsMembers, rolesOf } from './disk-roles.ts';
import { askLsblk, type BlockNode, type Lsblk } from './lsblk.ts';
import { attribute, isVirtual, partitionPlace } from './sysfs.ts';

const MAX_PARTITIONS = 256;
const FAT_TYPES = /^(?:vfat|msdos)$/;
const READING_LIMIT_MS = 5_000;

/** Every whole disk with a medium in it, except optical drives. Throws TOOL_MISSING, TOOL_FAILED. */
export async function listDisks(lsblk: Lsblk, signal?: AbortSignal): Promise<readonly Disk[]> {
  const nodes = await askLsblk(lsblk, signal);
  const btrfs = await btrfsMembers();
  const tops = nodes.filter((node) => node.type !== 'rom' && node.type !== 'part');
  return Promise.all(tops.map((node) => diskOf(node, nodes, btrfs, lsblk.mayLookInside ?? true)));
}

async function diskOf(
  node: BlockNode,
  all: readonly BlockNode[],
  btrfs: BtrfsMembers,
  lookInside: boolean,
): Promise<Disk> {
  const bus = busOf(node);
  const isCardSlot = bus === 'secure-digital';
  const removable = isCardSlot ? await isCardNotChip(node.kname) : node.removable;
  const disk: Disk = {
    id: node.kname,
    path: node.path,
    rawPath: node.path,
    bytes: node.size,
    sectorBytes: node.sectorBytes,
    mediaName: await mediaName(node),
    bus,
    busName: node.transport,
    internal: isInternal(bus, node),
    removable,
    ejectable: removable,
    writable: !node.readOnly,
    virtual: await isVirtual(node.kname),
    diskImage: node.type === 'loop' ? await imageFacts(node.kname) : null,
    scheme: schemeOf(node.tableType),
    tableId: node.tableId?.toLowerCase() ?? null,
    diskUuid: null,
    partitions: await partitionsOf(node),
    roles: rolesOf(node, btrfs, all),
    bootFiles: lookInside ? await mountedBootFiles(node) : null,
  };
  return lookInside && disk.scheme === null && mayLookInside(disk, node) ? completed(disk) : disk;
}

function busOf(node: BlockNode): DiskBus {
  if (node.type === 'loop') return 'disk-image';
  if (/^mmcblk\d/.test(node.kname) || node.transport === 'mmc') return 'secure-digital';
  if (node.transport === 'usb') return 'usb';
  if (node.transport === 'nvme') return 'nvme';
  if (node.transport === 'sata' || node.transport === 'ata') return 'sata';
  return 'other';
}

/** Null where nobody said so: the selection rule then expects the worst. */
function isInternal(bus: DiskBus, node: BlockNode): boolean | null {
  switch (bus) {
    case 'usb':
      return false;
    case 'secure-digital':
    case 'nvme':
      return true;
    case 'sata':
      return node.hotplug ? null : true;
    case 'disk-image':
    case 'other':
    case 'slot':
    case 'thunderbolt':
      return null;
  }
}

/** The kernel tells a card ("SD") from a soldered chip ("MMC"): Documentation/driver-api/mmc/mmc-dev-attrs.rst. */
async function isCardNotChip(kname: string): Promise<boolean | null> {
  const type = await attribute(kname, 'device/type');
  return type === null ? null : type === 'SD';
}

async function mediaName(node: BlockNode): Promise<string | null> {
  const said = [node.vendor, node.model].map((part) => part?.trim() ?? '').filter(Boolean);
  if (said.length > 0) return cleanLabel(said.join(' '));
  return cleanLabel(await attribute(node.kname, 'device/name'));
}

async function imageFacts(kname: string): Promise<DiskImageFacts> {
  const backingFile = await attribute(kname, 'loop/backing_file');
  if (backingFile === null) return { backingFile, backingOwner: null };
  try {
    return { backingFile, backingOwner: (await stat(backingFile)).uid };
  } catch (error) {
    // Deleted, or in a folder that this user may not look into.
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'ENOTCONN'].includes(errnoOf(error) ?? '')) {
      return { backingFile, backingOwner: null };
    }
    throw error;
  }
}

/** libblkid's names of partition tables (libblkid/src/partitions). Null: lsblk does not know, which is not "none". */
function schemeOf(tableType: string | null): Disk['scheme'] {
  if (tableType === 'dos') return 'mbr';
  if (tableType === 'gpt') return 'gpt';
  return tableType === 'mac' ? 'apm' : null;
}

async function partitionsOf(disk: BlockNode): Promise<readonly DiskPartition[]> {
  const parts = disk.children.filter((child) => child.type === 'part').slice(0, MAX_PARTITIONS);
  const listed = await Promise.all(
    parts.map(async (part, position): Promise<DiskPartition> => {
      const place = await partitionPlace(part.kname);
      return {
        index: place?.index ?? position + 1,
        node: part.kname,
        kind: kindOf(part),
        typeName: part.partitionType ?? part.fileSystem ?? 'unknown',
        label: cleanLabel(part.label ?? part.partitionLabel),
        uuid: part.uuid,
        offset: place?.offset ?? null,
        bytes: part.size,
        mountPoints: part.mountPoints,
      };
    }),
  );
  return listed.toSorted((one, other) => one.index - other.index);
}

function kindOf(part: BlockNode): PartitionKind {
  const type = part.partitionType;
  if (type === null) return 'other';
  return /^0x[0-9a-f]{1,2}$/i.test(type) ? mbrKind(Number(type)) : gptKind(type);
}

/** Names on the boot partition of a card that the desktop has mounted already. */
async function mountedBootFiles(disk: BlockNode): Promise<readonly string[] | null> {
  const fat = disk.children.find((part) => FAT_TYPES.test(part.fileSystem ?? ''));
  const point = fat?.mountPoints.find((where) => where.startsWith('/'));
  if (point === undefined) return null;
  try {
    return (await readdir(point)).slice(0, 512);
  } catch (error) {
    // A mount of another user, or one that goes while we look; what it holds is then not known.
    if (['EACCES', 'EPERM', 'ENOENT', 'EIO', 'ENOTCONN'].includes(errnoOf(error) ?? ''))
      return null;
    throw error;
  }
}

/**
 * Where no udev keeps a database (containers, rescue systems) lsblk knows no tables. A card that this user may read anyway
 * is then looked at directly. Built-in disks are left in peace, whoever asks.
 */
function mayLookInside(disk: Disk, node: BlockNode): boolean {
  return (
    disk.bytes > 0 && disk.roles.length === 0 && (node.type === 'loop' || disk.removable === true)
  );
}

async function completed(disk: Disk): Promise<Disk> {
  const facts = await factsOnDisk(disk.path, disk.bytes);
  if (!facts) return disk;
  return {
    ...disk,
    ...facts,
    bootFiles: disk.bootFiles ?? facts.bootFiles,
    // Behind the mark of a restore nothing is read; what the kernel still shows may be mounted.
    partitions: (facts.unfinished === undefined ? facts.partitions : disk.partitions).map(
      (part) => {
        const known = disk.partitions.find(({ index }) => index === part.index);
        return { ...part, node: known?.node ?? null, mountPoints: known?.mountPoints ?? [] };
      },
    ),
  };
}

/** Readings under way. A reader that hangs holds on to a thread, so nobody asks it a second time meanwhile. */
const underWay = new Map<string, Promise<CardFacts>>();

async function factsOnDisk(path: string, bytes: number): Promise<CardFacts | null> {
  const key = `${path} ${bytes}`;
  try {
    await access(path, constants.R_OK);
    const reading = underWay.get(key) ?? readFacts(path, bytes).finally(() => underWay.delete(key));
    underWay.set(key, reading);
    return await withinLimit(reading);
  } catch (error) {
    if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'ENOENT') return null;
    // Whatever keeps it from being read, it is a disk about whose content nothing is known; opening it will tell.
    if (isPiKeepError(error)) return null;
    throw error;
  }
}

async function readFacts(path: string, bytes: number): Promise<CardFacts> {
  const device = await openFileDevice(path, { expectedBytes: bytes });
  try {
    return await readCardFacts(device);
  } finally {
    await device.close();
  }
}

async function withinLimit(reading: Promise<CardFacts>): Promise<CardFacts | null> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), READING_LIMIT_MS);
  });
  try {
    return await Promise.race([reading, limit]);
  } finally {
    clearTimeout(timer);
    reading.catch(() => undefined);
  }
}
