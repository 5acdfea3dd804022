/** The few facts about block devices that only sysfs has (Linux, Documentation/ABI/stable/sysfs-block). */

import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errnoOf } from '../../engine/errors.ts';
import { sysfsFolder } from '../block-facts.ts';

const CLASS = '/sys/class/block';
const SECTOR_BYTES = 512;

/** A one-line attribute of a device, without its line end; null where the device has none. */
export async function attribute(kname: string, name: string): Promise<string | null> {
  try {
    return (await readFile(`${CLASS}/${kname}/${name}`, 'utf8')).replace(/\n$/, '');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

export interface PartitionPlace {
  /** 1-based, as in the table. */
  readonly index: number;
  /** Bytes from the start of the disk. */
  readonly offset: number;
}

export async function partitionPlace(kname: string): Promise<PartitionPlace | null> {
  const index = Number(await attribute(kname, 'partition'));
  const start = await attribute(kname, 'start');
  if (!Number.isSafeInteger(index) || index < 1 || start === null) return null;
  return { index, offset: Number(start) * SECTOR_BYTES };
}

/** True for devices without hardware: loop, device mapper, RAID, zram, network block devices. */
export async function isVirtual(kname: string): Promise<boolean> {
  const path = await devicePath(kname);
  return path?.includes('/devices/virtual/') ?? true;
}

/** The whole disk that a partition is part of; the disk itself otherwise. Null when there is no such device. */
export async function wholeDisk(kname: string): Promise<string | null> {
  const path = await devicePath(kname);
  if (path === null) return null;
  const isPartition = (await attribute(kname, 'partition')) !== null;
  return isPartition ? basename(dirname(path)) : kname;
}

/** The kernel's name ("sdb1") of a device number: "8:17", or as `stat` gives it. Null when no block device has it. */
export async function deviceName(device: string | number): Promise<string | null> {
  const folder = typeof device === 'number' ? sysfsFolder(device) : `/sys/dev/block/${device}`;
  const path = await resolved(folder);
  return path === null ? null : basename(path);
}

/** What a device mapper or RAID device is made of. */
export function slaves(kname: string): Promise<readonly string[]> {
  return names(`${CLASS}/${kname}/slaves`);
}

/** Names in a folder of sysfs; none where there is no such folder. */
export async function names(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function devicePath(kname: string): Promise<string | null> {
  return resolved(`${CLASS}/${kname}`);
}

async function resolved(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Attributes go when their device goes, also between two steps. */
function isMissing(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENODEV' || errno === 'ENOTDIR' || errno === 'ENXIO';
}
