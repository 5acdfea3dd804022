/** A block device, an image file or an already open descriptor, seen through the engine's port. */

import {
  close as closeCallback,
  constants,
  fstat as fstatCallback,
  open as openCallback,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BlockDevice } from '../engine/block-device.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { blockFacts, hasLeft } from './block-facts.ts';
import { DescriptorDevice } from './descriptor-device.ts';
import { openError } from './device-errors.ts';

const openDescriptor = promisify(openCallback);
const closeDescriptor = promisify(closeCallback);
const statDescriptor = promisify(fstatCallback);

/** Positions and lengths that every O_DIRECT and every raw disk accepts. */
export const DIRECT_ALIGNMENT = 4096;

export interface FileDeviceOptions {
  /** Bytes in a logical sector, where the caller knows better than the system. */
  readonly sectorSize?: number;
  /** What the size should be. A device of another size is SIZE_CHANGED; needed where the system cannot be asked (macOS). */
  readonly expectedBytes?: number;
  /** Block devices only: fail with DEVICE_BUSY while anything is mounted on it (Linux, `man 2 open`: O_EXCL), and keep mounts off. */
  readonly exclusive?: boolean;
  /** Refuse a symbolic link in place of the device or file. */
  readonly noFollow?: boolean;
  /** False reads through the page cache. Default: past it, where the file system can. */
  readonly direct?: boolean;
}

/**
 * Opens a block device or an image file for reading, and for nothing else. Throws PRIVACY_REFUSED (EPERM),
 * ACCESS_DENIED (EACCES), DEVICE_BUSY (EBUSY), DEVICE_GONE (ENXIO, ENODEV, ENOMEDIUM, or a reader without a card),
 * NO_SUCH_DISK, SIZE_CHANGED, UNSUPPORTED.
 */
export async function openFileDevice(
  path: string,
  options: FileDeviceOptions = {},
): Promise<BlockDevice> {
  return (await openFile(path, options)).device;
}

export interface OpenedFile {
  readonly device: BlockDevice;
  /** The descriptor below, which belongs to the device. */
  readonly fd: number;
  /** True when it is open with O_DIRECT. */
  readonly direct: boolean;
}

/** As `openFileDevice`, for who has to know how it was opened. */
export async function openFile(path: string, options: FileDeviceOptions = {}): Promise<OpenedFile> {
  const { fd, direct } = await openForReading(path, options);
  const device = await deviceFromDescriptor(fd, {
    path,
    direct,
    ...(options.sectorSize === undefined ? {} : { sectorSize: options.sectorSize }),
    ...(options.expectedBytes === undefined ? {} : { expectedBytes: options.expectedBytes }),
  });
  return { device, fd, direct };
}

export interface DescriptorOptions {
  /** What to call it in messages. */
  readonly path: string;
  readonly sectorSize?: number;
  readonly expectedBytes?: number;
  /** True when the descriptor demands aligned requests: O_DIRECT, or a raw (character) disk. Default: true for devices. */
  readonly direct?: boolean;
  /** Says whether a device that answered EIO has left. Default: Linux's sysfs, which knows. */
  readonly isGone?: () => Promise<boolean>;
}

/**
 * Wraps a descriptor that is open for reading. The device owns it from now on, also when this throws. Throws SIZE_CHANGED,
 * DEVICE_GONE (size 0), or UNSUPPORTED when its size can neither be asked nor was given.
 */
export async function deviceFromDescriptor(
  fd: number,
  options: DescriptorOptions,
): Promise<BlockDevice> {
  const { path, expectedBytes } = options;
  try {
    const stats = await statDescriptor(fd);
    const facts = await blockFacts(stats);
    const size = facts?.size ?? expectedBytes;
    if (size === undefined) throw new PiKeepError('UNSUPPORTED', { what: `the size of ${path}` });
    if (size === 0 && !stats.isFile()) throw new PiKeepError('DEVICE_GONE', { path });
    if (expectedBytes !== undefined && expectedBytes !== size) {
      throw new PiKeepError('SIZE_CHANGED', { path, expectedBytes, foundBytes: size });
    }
    const sectorSize = options.sectorSize ?? facts?.sectorSize ?? 512;
    return new DescriptorDevice({
      fd,
      path,
      // A loop device can be made with a part of a sector at its end, which nothing can read.
      size: stats.isFile() ? size : size - (size % sectorSize),
      sectorSize,
      alignment: (options.direct ?? !stats.isFile()) ? DIRECT_ALIGNMENT : 1,
      endsAtSize: !stats.isFile(),
      isGone: options.isGone ?? ((once) => hasLeft(stats, once)),
    });
  } catch (error) {
    await closeDescriptor(fd);
    throw error instanceof PiKeepError ? error : openError(error, path);
  }
}

async function openForReading(
  path: string,
  options: FileDeviceOptions,
): Promise<{ fd: number; direct: boolean }> {
  try {
    // Opening a pipe or a tape has effects of its own, so the kind is looked at before, and again on the descriptor.
    const before = await stat(path);
    if (!before.isFile() && !before.isBlockDevice() && !before.isCharacterDevice()) {
      throw new PiKeepError('UNSUPPORTED', { what: `reading ${path} as a disk` });
    }
    let flags = constants.O_RDONLY;
    if (options.noFollow) flags |= constants.O_NOFOLLOW;
    if (options.exclusive && before.isBlockDevice()) flags |= constants.O_EXCL;
    const wantsDirect = options.direct ?? true;
    // A raw disk (macOS) is past the cache by itself and takes no such flag; so is the alignment it demands.
    if (before.isCharacterDevice()) return { fd: await openDescriptor(path, flags), direct: true };
    if (!wantsDirect || constants.O_DIRECT === undefined) {
      return { fd: await openDescriptor(path, flags), direct: false };
    }
    try {
      return { fd: await openDescriptor(path, flags | constants.O_DIRECT), direct: true };
    } catch (error) {
      if (errnoOf(error) !== 'EINVAL') throw error;
      return { fd: await openDescriptor(path, flags), direct: false };
    }
  } catch (error) {
    throw error instanceof PiKeepError ? error : openError(error, path);
  }
}
