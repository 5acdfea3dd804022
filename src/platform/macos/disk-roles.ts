/** Which disks the running system cannot spare, and why. */

import type { DiskRole } from '../../engine/disk.ts';
import { wholeDiskOf } from './disk-names.ts';
import type { DiskRecord, ListedDisk } from './disk-records.ts';

/**
 * The roles of every listed disk. `rootDisks` are the disks below "/" (`disksBelow` of `diskutil info -plist /`).
 * SystemImage and OSInternal are no help: SystemImage is false even on a running boot volume.
 */
export function rolesOf(
  listed: readonly ListedDisk[],
  records: ReadonlyMap<string, DiskRecord>,
  rootDisks: readonly string[],
): ReadonlyMap<string, readonly DiskRole[]> {
  const roles = new Map<string, Set<DiskRole>>(listed.map((disk) => [disk.id, new Set()]));
  const add = (id: string | null, role: DiskRole) => {
    if (id !== null) roles.get(id)?.add(role);
  };
  for (const id of rootDisks) add(id, 'system');
  for (const disk of listed) {
    const record = records.get(disk.id);
    const stores = [...disk.physicalStores, ...(record?.physicalStores ?? [])].map(wholeDiskOf);
    const below = [disk.id, ...stores];
    if (disk.mountPoints.some(isSystemMount)) for (const id of below) add(id, 'system');
    if (disk.mountPoints.some(isSwapMount)) for (const id of below) add(id, 'swap');
    if (holdsContainer(disk, record)) add(disk.id, 'apfs-container');
    for (const id of stores) add(id, 'apfs-container');
    if (disk.partitions.some(({ typeName }) => isMemberType(typeName))) add(disk.id, 'in-use');
  }
  return new Map([...roles].map(([id, set]) => [id, [...set]]));
}

/** A container's own type: by name on current systems, by GUID before. */
const CONTAINER_TYPES = new Set(['Apple_APFS_Container', 'EF57347C-0000-11AA-AA11-00306543ECAC']);

function holdsContainer(disk: ListedDisk, record: DiskRecord | undefined): boolean {
  return (
    disk.physicalStores.length > 0 ||
    (record?.physicalStores.length ?? 0) > 0 ||
    CONTAINER_TYPES.has(disk.content ?? '') ||
    CONTAINER_TYPES.has(record?.content ?? '') ||
    disk.partitions.some(({ kind }) => kind === 'apfs')
  );
}

/** Also where macOS mounts signed images of its own (cryptexes, for instance Xcode's Metal tools). */
function isSystemMount(path: string): boolean {
  return (
    path === '/' ||
    path.startsWith('/System/') ||
    path.startsWith('/private/var/run/com.apple.security.cryptexd/') ||
    isSwapMount(path)
  );
}

/** The VM volume: /System/Volumes/VM, before macOS 11 /private/var/vm. */
function isSwapMount(path: string): boolean {
  return path === '/System/Volumes/VM' || path === '/private/var/vm';
}

/** CoreStorage (Fusion drives, old FileVault) and AppleRAID build larger disks out of such partitions. */
function isMemberType(typeName: string): boolean {
  return typeName === 'Apple_CoreStorage' || typeName.startsWith('Apple_RAID');
}
