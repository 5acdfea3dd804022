/**
 * The one decision that root makes: opens the device first, then judges the descriptor it holds. Names can be pointed
 * elsewhere between a check and an open; what is held stays what it is.
 */

import { close as closeCallback, fstatSync, open as openCallback, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import type { BlockDevice } from '../engine/block-device.ts';
import { type Disk, type WeakIdentity, weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { errnoOf, PiKeepError } from '../engine/errors.ts';
import { judge } from '../engine/selection.ts';
import { openError } from '../platform/device-errors.ts';
import { deviceFromDescriptor } from '../platform/file-device.ts';
import { mediumIdentity } from '../platform/medium-identity.ts';
import type { HelperRequest } from './protocol.ts';
import { readTableId } from './table-id.ts';
import type { HelperWorld } from './world.ts';

const openDescriptor = promisify(openCallback);
const closeDescriptor = promisify(closeCallback);

/** A device that was judged to be the card that the caller saw, and is still held. */
export interface Judged {
  /** Belongs to `device`. */
  readonly fd: number;
  readonly held: Stats;
  /** Which medium it was before anything was asked about it (`platform/medium-identity.ts`). */
  readonly identity: string;
  readonly disk: Disk;
  readonly device: BlockDevice;
}

/**
 * Opens the requested device for reading and returns it only if the selection rule, applied here and now to what the
 * system itself says, calls it a card, and it is the card the caller saw. Throws NO_SUCH_DISK, NOT_A_CARD,
 * PROTECTED_DISK, IDENTITY_CHANGED, SIZE_CHANGED, DEVICE_BUSY, DEVICE_GONE, PRIVACY_REFUSED, ACCESS_DENIED, UNSUPPORTED.
 */
export async function openGuarded(
  request: HelperRequest,
  callerUid: number,
  world: HelperWorld,
): Promise<BlockDevice> {
  return (await openJudged(request, callerUid, world, world.openFlags)).device;
}

/** The same for whoever needs to know what was judged. `flags` may ask for writing; nothing is written here. */
export async function openJudged(
  request: HelperRequest,
  callerUid: number,
  world: HelperWorld,
  flags: number,
): Promise<Judged> {
  const fd = await hold(request.device, flags);
  const found = await closingOnError(fd, async () => {
    const held = fstatSync(fd);
    const identity = await mediumIdentity(held);
    return { held, identity, disk: await find(request, held, callerUid, world) };
  });
  const { disk } = found;
  const device = await deviceFromDescriptor(fd, {
    path: request.device,
    sectorSize: disk.sectorBytes,
    expectedBytes: disk.bytes,
  });
  try {
    await checkContent(device, disk, request);
    return { fd, ...found, device };
  } catch (error) {
    await device.close();
    throw error;
  }
}

async function hold(path: string, flags: number): Promise<number> {
  try {
    return await openDescriptor(path, flags);
  } catch (error) {
    // What is not a disk cannot be read past the cache.
    if (errnoOf(error) === 'EINVAL') throw notADisk(path);
    throw openError(error, path);
  }
}

function notADisk(path: string): PiKeepError {
  return new PiKeepError('UNSUPPORTED', { what: `reading ${path} as a disk` });
}

async function closingOnError<T>(fd: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await closeDescriptor(fd);
    throw error;
  }
}

/** The listing is made while the descriptor is held, so the device it names cannot have been replaced since. */
async function find(
  request: HelperRequest,
  held: Stats,
  callerUid: number,
  world: HelperWorld,
): Promise<Disk> {
  const { action, device, disk: id, expected } = request;
  if (!held.isBlockDevice() && !held.isCharacterDevice()) throw notADisk(device);
  const disk = (await world.list()).find((one) => one.id === id);
  if (!disk || (disk.path !== device && disk.rawPath !== device)) {
    throw new PiKeepError('NO_SUCH_DISK', { disk: device });
  }
  if (!world.isDisk(held, disk)) {
    const found = `${device} is not the device of that name`;
    throw new PiKeepError('IDENTITY_CHANGED', { disk: id, expected: id, found });
  }
  const allowDiskImage = request.allowDiskImage && (await world.ownsImage(disk, callerUid, action));
  const verdict = judge(disk, {
    destinationDisks: [],
    allowDiskImage,
    allowOtherExternal: false,
    neverTouch: [],
  });
  if (!verdict.offer) {
    const code = verdict.protected ? 'PROTECTED_DISK' : 'NOT_A_CARD';
    throw new PiKeepError(code, { disk: id, reason: verdict.reason });
  }
  const found = weakIdentity(disk);
  if (!isSameCard(expected, disk)) {
    const facts = { expected: weakIdentityText(expected), found: weakIdentityText(found) };
    throw new PiKeepError('IDENTITY_CHANGED', { disk: id, ...facts });
  }
  return disk;
}

/**
 * What the caller could not see counts as unsaid: without udev, an ordinary user sees neither types nor UUIDs of
 * partitions. What the caller did see must be the same here. The table's id is left to `checkContent`, which reads it.
 */
function isSameCard(expected: WeakIdentity, disk: Disk): boolean {
  const found = weakIdentity(disk);
  // Without udev it is root's listing that knows nothing of a table; the id on the card itself then decides alone.
  const isBlind = disk.scheme === null && expected.tableId !== null;
  return (
    expected.bytes === found.bytes &&
    agrees(expected.mediaName, found.mediaName) &&
    agrees(expected.diskUuid, found.diskUuid) &&
    (isBlind || hasSamePartitions(expected, found))
  );
}

function hasSamePartitions(expected: WeakIdentity, found: WeakIdentity): boolean {
  if (expected.partitions.length !== found.partitions.length) return false;
  return expected.partitions.every((said, index) => {
    const seen = found.partitions[index];
    if (seen?.bytes !== said.bytes || !agrees(said.uuid, seen.uuid)) return false;
    return said.kind === 'other' || said.kind === seen.kind;
  });
}

function agrees(said: string | null, seen: string | null): boolean {
  return said === null || said.toLowerCase() === seen?.toLowerCase();
}

/**
 * Reads from the descriptor itself. That it still answers after the listing proves that the listing was about it; the
 * table's id must be the one listed, and the device end where it should.
 */
export async function checkContent(
  device: BlockDevice,
  disk: Disk,
  { disk: id, expected }: HelperRequest,
): Promise<void> {
  const tableId = await readTableId(device);
  for (const said of [disk.tableId, expected.tableId]) {
    if (said !== null && said.toLowerCase() !== tableId) {
      const facts = { expected: said, found: tableId ?? 'no partition table id' };
      throw new PiKeepError('IDENTITY_CHANGED', { disk: id, ...facts });
    }
  }
  await device.read(new Uint8Array(device.sectorSize), device.size - device.sectorSize);
}
