/** A raw disk behind a descriptor that somebody else opened: checked to be the one asked for, then wrapped. */

import { type BigIntStats, closeSync, constants, fstat as fstatCallback } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import type { BlockDevice } from '../../engine/block-device.ts';
import type { Disk } from '../../engine/disk.ts';
import { PiKeepError } from '../../engine/errors.ts';
import type { WritableDevice } from '../../engine/writable-device.ts';
import { openError } from '../device-errors.ts';
import { deviceFromDescriptor } from '../file-device.ts';
import { writableFromDescriptor } from '../writable-file.ts';
import { loadKoffi } from './ffi.ts';
import { BLKGETSIZE64, DKIOCGETBLOCKCOUNT, DKIOCGETBLOCKSIZE } from './layouts.ts';

const statDescriptor = promisify(fstatCallback);

/**
 * Owns `fd` from now on, also when it throws: IDENTITY_CHANGED when the descriptor is not the node `disk.rawPath`,
 * DEVICE_GONE, SIZE_CHANGED when the device is not as big as `diskutil` said.
 */
export async function rawDevice(fd: number, disk: Disk): Promise<BlockDevice> {
  await check(fd, disk);
  // A raw disk takes whole blocks only (xnu IOMediaBSDClient: EINVAL otherwise).
  return deviceFromDescriptor(fd, { ...factsOf(disk), direct: true });
}

/** As `rawDevice`, for a descriptor that can write. It also reads what proves a restore: nothing is cached above a raw disk. */
export async function writableRawDevice(fd: number, disk: Disk): Promise<WritableDevice> {
  await check(fd, disk);
  return writableFromDescriptor(fd, { ...factsOf(disk), raw: true });
}

function factsOf(disk: Disk) {
  const path = disk.rawPath;
  const isGone = () => nodeIsGone(path);
  return { path, expectedBytes: disk.bytes, sectorSize: disk.sectorBytes, isGone };
}

/** Closes `fd` when it is not what it should be. */
async function check(fd: number, disk: Disk): Promise<void> {
  const path = disk.rawPath;
  try {
    const held = await statDescriptor(fd, { bigint: true });
    await checkNode(held, disk);
    const foundBytes = deviceBytes(fd, held);
    if (foundBytes === 0) throw new PiKeepError('DEVICE_GONE', { path });
    if (foundBytes !== disk.bytes) {
      throw new PiKeepError('SIZE_CHANGED', { path, expectedBytes: disk.bytes, foundBytes });
    }
  } catch (error) {
    closeSync(fd);
    throw error instanceof PiKeepError ? error : openError(error, path);
  }
}

/** The node of that name, and not something else that whoever opened it handed over. */
async function checkNode(held: BigIntStats, disk: Disk): Promise<void> {
  const node = await stat(disk.rawPath, { bigint: true });
  const same = node.isFile()
    ? held.isFile() && held.dev === node.dev && held.ino === node.ino
    : kindOf(held) === kindOf(node) && held.rdev === node.rdev;
  if (same) return;
  throw new PiKeepError('IDENTITY_CHANGED', {
    disk: disk.id,
    expected: `device ${node.rdev}`,
    found: `device ${held.rdev}`,
  });
}

function kindOf(stats: BigIntStats): bigint {
  return stats.mode & BigInt(constants.S_IFMT);
}

/** Bytes. Devices report the size 0 to fstat, so they are asked by ioctl. */
export function deviceBytes(fd: number, stats: BigIntStats): number {
  if (stats.isFile()) return Number(stats.size);
  const koffi = loadKoffi();
  // Variadic, as in C: Apple's arm64 passes the last argument on the stack.
  const ioctl = koffi.load(null).func('int ioctl(int, unsigned long, ...)');
  const ask = (request: number): bigint => {
    const answer = Buffer.alloc(8);
    if (ioctl(fd, request, 'void *', answer) === -1) {
      const errno = koffi.errno();
      const code = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0];
      throw Object.assign(new Error(`ioctl 0x${request.toString(16)}`), {
        code: code ?? `${errno}`,
      });
    }
    return answer.readBigUInt64LE();
  };
  if (process.platform !== 'darwin') return Number(ask(BLKGETSIZE64));
  return Number(ask(DKIOCGETBLOCKSIZE) * ask(DKIOCGETBLOCKCOUNT));
}

/** Raw reads of a card that was pulled out answer ENXIO or EIO; its node leaves /dev. */
async function nodeIsGone(path: string): Promise<boolean> {
  const names = await readdir(dirname(path));
  return !names.includes(basename(path));
}
