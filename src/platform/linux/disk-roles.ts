/** Why the running system cannot spare a disk. */

import type { DiskRole } from '../../engine/disk.ts';
import type { BlockNode } from './lsblk.ts';
import { names } from './sysfs.ts';

/** Everything mounted here or below belongs to the running system (hier(7); live systems mount their medium below /run). */
const SYSTEM_TREES = [
  ...['/bin', '/boot', '/cdrom', '/efi', '/etc', '/gnu', '/isodevice', '/lib', '/nix', '/opt'],
  ...['/ostree', '/rofs', '/root', '/run/initramfs', '/run/live', '/sbin', '/snap', '/srv'],
  ...['/sysroot', '/usr', '/var'],
];
/** `/` itself, a volume for homes, the home of one person. Deeper ones are where people mount things themselves. */
const SYSTEM_POINTS = /^(?:\/|\/home|\/home\/[^/]+|\/tmp)$/;
/** How lsblk writes an active swap area. */
const SWAP = '[SWAP]';
/** lsblk's types of devices that are made of others (lsblk.c: device mapper and RAID types). */
const STACKED = /^(?:crypt|lvm|raid\d*|linear|dm|mpath|md|multipath|part_dm|bcache)/;

/** Members of mounted btrfs volumes, of which mount tables show only one; and whether one of them is the system's. */
export type BtrfsMembers = ReadonlyMap<string, readonly string[]>;

export function rolesOf(
  disk: BlockNode,
  btrfs: BtrfsMembers,
  all: readonly BlockNode[],
): DiskRole[] {
  const nodes = [...descendants(disk)];
  const points = nodes.flatMap((node) => [...node.mountPoints]);
  const roles = new Set<DiskRole>();
  if (points.includes(SWAP)) roles.add('swap');
  const partners = nodes.flatMap((node) => btrfs.get(node.kname) ?? []);
  const partnerPoints = all
    .flatMap((top) => [...descendants(top)])
    .filter((node) => partners.includes(node.kname))
    .flatMap((node) => node.mountPoints);
  if ([...points, ...partnerPoints].some(isSystemPoint)) roles.add('system');
  const isPart = nodes.some((node) => STACKED.test(node.type) && node !== disk);
  const isPool = nodes.some((node) => node.fileSystem === 'zfs_member');
  if (isPart || isPool || partners.length > 1) roles.add('in-use');
  return [...roles];
}

export function isSystemPoint(point: string): boolean {
  if (SYSTEM_POINTS.test(point)) return true;
  return SYSTEM_TREES.some((tree) => point === tree || point.startsWith(`${tree}/`));
}

export function* descendants(node: BlockNode): Generator<BlockNode> {
  yield node;
  for (const child of node.children) yield* descendants(child);
}

/** Asks sysfs which devices make up each mounted btrfs: kernel name of each member → all members of its volume. */
export async function btrfsMembers(): Promise<BtrfsMembers> {
  const members = new Map<string, readonly string[]>();
  for (const volume of await names('/sys/fs/btrfs')) {
    if (!volume.includes('-')) continue;
    const devices = await names(`/sys/fs/btrfs/${volume}/devices`);
    for (const device of devices) members.set(device, devices);
  }
  return members;
}
