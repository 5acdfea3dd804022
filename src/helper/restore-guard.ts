/**
 * The decision to let a restore write. What is written to is what was judged: the device is opened for reading, alone, and
 * judged as for a backup; only a card gets a descriptor that can write, and that one is judged again. Opening writes nothing.
 */

import { close as closeCallback, fstat as fstatCallback } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import { openError } from '../platform/device-errors.ts';
import { deviceFromDescriptor } from '../platform/file-device.ts';
import { mediumIdentity } from '../platform/medium-identity.ts';
import { writableFromDescriptor } from '../platform/writable-file.ts';
import { openForWritingError } from '../platform/write-errors.ts';
import { isWriteProtected } from '../platform/write-protection.ts';
import { checkContent, type Judged, openJudged } from './guard.ts';
import type { HelperRequest } from './protocol.ts';
import type { BesideWriting, HelperWorld } from './world.ts';

const closeDescriptor = promisify(closeCallback);
const statDescriptor = promisify(fstatCallback);

/** Milliseconds. Whoever looks at a disk that has just been let go (macOS: diskarbitrationd) holds it for a moment. */
const PATIENCE_MS = 3000;
const PAUSE_MS = 100;

/** As `openGuarded`. Throws also WRITE_PROTECTED, and DEVICE_BUSY while anything of the disk is mounted. */
export async function openForRestore(
  request: HelperRequest,
  callerUid: number,
  world: HelperWorld,
): Promise<WritableDevice> {
  const judged = await openJudged(request, callerUid, world, world.openFlags);
  const { writing } = world;
  if ('beside' in writing) return writeBeside(judged, request, writing);
  try {
    expectWritable(judged);
  } finally {
    await judged.device.close();
  }
  return writeAgain(judged, () => openJudged(request, callerUid, world, writing.flags));
}

/** The exclusive open has refused what is in use already; what the listing says is a second opinion. */
function expectWritable({ disk, device: { path } }: Judged): void {
  if (disk.partitions.some(({ mountPoints }) => mountPoints.length > 0)) {
    throw new PiKeepError('DEVICE_BUSY', { path });
  }
  if (disk.writable === false) throw new PiKeepError('WRITE_PROTECTED', { path });
}

/**
 * The judged descriptor stays open and goes on keeping everybody out, until the very end; the one that writes, and the one
 * that later reads what was written, are opened beside it and live between.
 */
async function writeBeside(
  judged: Judged,
  request: HelperRequest,
  { beside }: BesideWriting,
): Promise<WritableDevice> {
  const { disk, device: claim } = judged;
  const facts = { path: claim.path, sectorSize: disk.sectorBytes, expectedBytes: disk.bytes };
  let device: WritableDevice | null = null;
  try {
    expectWritable(judged);
    device = await writableFromDescriptor(await openWriter(judged, beside), {
      ...facts,
      reopen: async (close) => {
        await close();
        return deviceFromDescriptor(await openReader(judged, beside), facts);
      },
    });
    await checkContent(device, disk, request);
    return alsoClosing(device, claim);
  } catch (error) {
    await device?.close();
    await claim.close();
    throw error;
  }
}

async function openWriter(judged: Judged, beside: BesideWriting['beside']): Promise<number> {
  const isProtected = await isWriteProtected(judged.held);
  const fd = await beside(judged.fd, 'write').catch((error: unknown) => {
    throw openForWritingError(error, judged.device.path, isProtected);
  });
  return expectSame(fd, judged);
}

async function openReader(judged: Judged, beside: BesideWriting['beside']): Promise<number> {
  const fd = await beside(judged.fd, 'read').catch((error: unknown) => {
    throw openError(error, judged.device.path);
  });
  return expectSame(fd, judged);
}

/** Returns the descriptor if it is the medium that was judged, and closes it if it is not. */
async function expectSame(fd: number, judged: Judged): Promise<number> {
  try {
    const stats = await statDescriptor(fd);
    const found = await mediumIdentity(stats);
    if (stats.rdev !== judged.held.rdev || found !== judged.identity) throw changed(judged, found);
    return fd;
  } catch (error) {
    await closeDescriptor(fd);
    throw error;
  }
}

function alsoClosing(device: WritableDevice, claim: Judged['device']): WritableDevice {
  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    read: (into, offset) => device.read(into, offset),
    write: (data, offset) => device.write(data, offset),
    flush: () => device.flush(),
    finishWriting: () => device.finishWriting(),
    async close() {
      try {
        await device.close();
      } finally {
        await claim.close();
      }
    },
  };
}

/** Between the two opens nobody is kept out, so everything that was judged is judged once more, on what will be written. */
async function writeAgain(
  before: Judged,
  openAgain: () => Promise<Judged>,
): Promise<WritableDevice> {
  const { path } = before.device;
  const judged = await patiently(openAgain).catch((error: unknown) => {
    // It could be opened for reading a moment ago, and root is denied nothing else: its lock switch is on.
    if (isPiKeepError(error, 'ACCESS_DENIED')) throw new PiKeepError('WRITE_PROTECTED', { path });
    throw error;
  });
  const { fd, disk, identity, held, device } = judged;
  try {
    expectWritable(judged);
    if (held.rdev !== before.held.rdev || identity !== before.identity) {
      throw changed(before, identity);
    }
  } catch (error) {
    await device.close();
    throw error;
  }
  const facts = { path, sectorSize: disk.sectorBytes, expectedBytes: disk.bytes };
  return writableFromDescriptor(fd, facts);
}

/** Waits for whoever holds the device to let go of it. */
async function patiently<T>(open: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isPiKeepError(error, 'DEVICE_BUSY') || performance.now() > deadline) throw error;
    }
    await delay(PAUSE_MS);
  }
}

function changed({ disk, identity }: Judged, found: string): PiKeepError {
  return new PiKeepError('IDENTITY_CHANGED', { disk: disk.id, expected: identity, found });
}
