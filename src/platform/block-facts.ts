/** What the kernel says about an open device or file: how big it is, in what sectors, and whether it is still there. */

import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from '../engine/errors.ts';

export interface BlockFacts {
  /** Bytes. */
  readonly size: number;
  readonly sectorSize: number;
}

const DEFAULT_SECTOR_BYTES = 512;
/** Milliseconds in which a pulled reader vanishes from sysfs, and between two looks. */
const GONE_PATIENCE_MS = 1500;
const GONE_STEP_MS = 250;
/** `size` in sysfs counts these, whatever the sectors of the device (Linux, Documentation/ABI/stable/sysfs-block). */
const SYSFS_SECTOR_BYTES = 512;

/**
 * Size and sector size of what `stats` describes. Null for a device whose system has no sysfs to ask (macOS: the caller
 * knows them from `diskutil`).
 */
export async function blockFacts(stats: Stats): Promise<BlockFacts | null> {
  if (stats.isFile()) return { size: stats.size, sectorSize: DEFAULT_SECTOR_BYTES };
  if (!stats.isBlockDevice()) return null;
  const folder = sysfsFolder(stats.rdev);
  const sectors = await readNumber(`${folder}/size`);
  if (sectors === null) return null;
  const sectorSize =
    (await readNumber(`${folder}/queue/logical_block_size`)) ??
    // A partition has no queue of its own; the folder above it is the whole disk's.
    (await readNumber(`${folder}/../queue/logical_block_size`)) ??
    DEFAULT_SECTOR_BYTES;
  return { size: sectors * SYSFS_SECTOR_BYTES, sectorSize };
}

/**
 * True when a device that was open has left: a reader that was pulled out has no folder in sysfs any more, one without
 * its card (and a detached loop device) has the size 0. Files do not leave this way. A read can fail before the kernel has
 * noticed, so it is asked for a while: a card that was pulled out must not be called worn out. With `once`, it is not: for a
 * card that was found dying a moment ago.
 */
export async function hasLeft(stats: Stats, once = false): Promise<boolean> {
  if (!stats.isBlockDevice()) return false;
  for (let waited = 0; ; waited += GONE_STEP_MS) {
    const sectors = await readNumber(`${sysfsFolder(stats.rdev)}/size`);
    if (sectors === null || sectors === 0) return true;
    if (once || waited >= GONE_PATIENCE_MS) return false;
    await delay(GONE_STEP_MS);
  }
}

/** Splits Linux's device number as glibc's `major()` and `minor()` do; the parts overlap in 32 bits, hence BigInt. */
export function sysfsFolder(rdev: number): string {
  const device = BigInt(rdev);
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `/sys/dev/block/${major}:${minor}`;
}

async function readNumber(path: string): Promise<number | null> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return /^\d{1,15}$/.test(text) ? Number(text) : null;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENODEV' || errno === 'ENXIO') return null;
    throw error;
  }
}
