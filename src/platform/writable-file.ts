/** A block device or an image file, opened for a restore through the engine's port. */

import {
  close as closeCallback,
  constants,
  fstat as fstatCallback,
  open as openCallback,
  type Stats,
} from 'node:fs';
import { lstat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import { blockFacts, hasLeft } from './block-facts.ts';
import type { DescriptorLock } from './descriptor-lock.ts';
import { DIRECT_ALIGNMENT } from './file-device.ts';
import { mediumIdentity } from './medium-identity.ts';
import { reopenForReading } from './reopen-for-reading.ts';
import { WritableDescriptor, type WritableFacts } from './writable-descriptor.ts';
import { openForWritingError } from './write-errors.ts';
import { isWriteProtected } from './write-protection.ts';

const openDescriptor = promisify(openCallback);
const closeDescriptor = promisify(closeCallback);
const statDescriptor = promisify(fstatCallback);

export interface WritableOptions {
  /** What the size should be. Needed where the system cannot be asked (macOS). */
  readonly expectedBytes?: number;
  /** Bytes in a logical sector, where the caller knows better than the system. */
  readonly sectorSize?: number;
  /** Keeps other programs away that ask for the same lock, besides what the system itself does. */
  readonly lock?: DescriptorLock;
}

/**
 * Opens a block device or an image file for a restore: exclusively (block devices: O_EXCL), never through a symbolic link,
 * and devices past the page cache. Image files go through it, are synced, and are read back past it. Throws WRITE_PROTECTED,
 * PRIVACY_REFUSED (EPERM), ACCESS_DENIED (EACCES), DEVICE_BUSY (EBUSY), DEVICE_GONE, NO_SUCH_DISK, SIZE_CHANGED,
 * IDENTITY_CHANGED, UNSUPPORTED.
 */
export async function openWritableFile(
  path: string,
  options: WritableOptions = {},
): Promise<WritableDevice> {
  const before = await lookAt(path);
  const fd = await openToWrite(path, before);
  return writableFromDescriptor(fd, { ...options, path, named: before });
}

export interface WritableDescriptorOptions extends WritableOptions {
  /** Its name in messages, and what is opened again for reading. */
  readonly path: string;
  /** What had that name before it was opened: the descriptor has to be that. */
  readonly named?: Stats;
  /**
   * True for a raw disk of macOS, which takes whole sectors only and has no cache above it: it stays open after the last
   * write, because closing it would let the system mount the card before it is proven. Default: true for character devices.
   */
  readonly raw?: boolean;
  /** Where the default knows too little: says whether a device that answered EIO has left. */
  readonly isGone?: () => Promise<boolean>;
  /** Another way from writing to reading than through the name; see `WritableFacts`. */
  readonly reopen?: WritableFacts['reopen'];
}

/**
 * Wraps a descriptor that is open for reading and writing: a block device with O_DIRECT, a raw disk of macOS, or a file
 * without O_DIRECT. The device owns it from now on, also when this throws: WRITE_PROTECTED, SIZE_CHANGED, IDENTITY_CHANGED,
 * DEVICE_GONE (size 0), UNSUPPORTED (size neither known nor given).
 */
export async function writableFromDescriptor(
  fd: number,
  options: WritableDescriptorOptions,
): Promise<WritableDevice> {
  try {
    return new WritableDescriptor(await factsOf(fd, options));
  } catch (error) {
    await closeDescriptor(fd);
    throw error instanceof PiKeepError ? error : openForWritingError(error, options.path, false);
  }
}

async function factsOf(fd: number, options: WritableDescriptorOptions): Promise<WritableFacts> {
  const { path, named, expectedBytes, lock = null } = options;
  const held = await statDescriptor(fd);
  const identity = await mediumIdentity(held);
  const expected = named ? await mediumIdentity(named) : identity;
  if (identity !== expected) {
    throw new PiKeepError('IDENTITY_CHANGED', { disk: path, expected, found: identity });
  }
  const facts = await blockFacts(held);
  const bytes = facts?.size ?? expectedBytes;
  if (bytes === undefined) throw new PiKeepError('UNSUPPORTED', { what: `the size of ${path}` });
  if (bytes === 0 && !held.isFile()) throw new PiKeepError('DEVICE_GONE', { path });
  if (expectedBytes !== undefined && expectedBytes !== bytes) {
    throw new PiKeepError('SIZE_CHANGED', { path, expectedBytes, foundBytes: bytes });
  }
  const raw = options.raw ?? held.isCharacterDevice();
  const isProtected = async () => !raw && (await isWriteProtected(held));
  if (await isProtected()) throw new PiKeepError('WRITE_PROTECTED', { path });
  await lock?.alone(fd, path);
  const sectorSize = options.sectorSize ?? facts?.sectorSize ?? 512;
  const isPlainFile = held.isFile() && !raw;
  const reopenByName: WritableFacts['reopen'] = (close) =>
    reopenForReading({ path, bytes, sectorSize, identity, fd, lock, close });
  return {
    fd,
    path,
    // What follows the last whole sector cannot be written.
    size: bytes - (bytes % sectorSize),
    sectorSize,
    alignment: isPlainFile ? 1 : DIRECT_ALIGNMENT,
    endsAtSize: !isPlainFile,
    isGone: options.isGone ?? (() => hasLeft(held)),
    isProtected,
    reopen: raw ? null : (options.reopen ?? reopenByName),
  };
}

/** Opening a pipe or a tape has effects of its own, so the kind is looked at before, and again on the descriptor. */
async function lookAt(path: string): Promise<Stats> {
  try {
    const stats = await lstat(path);
    if (stats.isFile() || stats.isBlockDevice()) return stats;
  } catch (error) {
    throw openForWritingError(error, path, false);
  }
  throw new PiKeepError('UNSUPPORTED', { what: `writing to ${path} as a disk` });
}

async function openToWrite(path: string, before: Stats): Promise<number> {
  let flags = constants.O_RDWR | constants.O_NOFOLLOW;
  if (before.isBlockDevice()) flags |= constants.O_EXCL | (constants.O_DIRECT ?? 0);
  try {
    return await openDescriptor(path, flags);
  } catch (error) {
    const refused = errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM';
    throw openForWritingError(error, path, refused && (await isWriteProtected(before)));
  }
}
