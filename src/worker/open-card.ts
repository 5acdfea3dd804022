/** From a name to an open card: selection, unmounting, identity before and after, the door. */

import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { type Disk, type WeakIdentity, weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import { glance } from '../engine/pi-card.ts';
import { judge } from '../engine/selection.ts';
import { openThroughDoors } from '../platform/doors.ts';
import type { Authorizer, DoorName, Platform } from '../platform/ports.ts';
import { findDisk } from './find-disk.ts';

export interface OpenCardOptions {
  readonly platform: Platform;
  readonly name: string;
  /** What the user was shown; null when they named the disk themselves. */
  readonly expected: WeakIdentity | null;
  readonly allowDiskImage: boolean;
  readonly allowOtherExternal: boolean;
  readonly neverTouch: readonly string[];
  readonly door: DoorName | null;
  /** Where the image will go, and the disks below that folder; null when nothing is written. */
  readonly destination: { readonly path: string; readonly disks: readonly string[] } | null;
  readonly forceUnmount: boolean;
  readonly authorizer: Authorizer;
  readonly onWarning: (warning: { readonly code: string; readonly text: string }) => void;
  readonly signal: AbortSignal;
}

export interface OpenedCard {
  readonly disk: Disk;
  readonly device: BlockDevice;
  readonly card: Card;
  readonly door: DoorName;
}

/**
 * Throws NO_SUCH_DISK, NOT_A_CARD, PROTECTED_DISK, DESTINATION_ON_CARD, IDENTITY_CHANGED, UNMOUNT_REFUSED, SIZE_CHANGED,
 * and whatever the doors throw. The caller closes the device.
 */
export async function openCard(options: OpenCardOptions): Promise<OpenedCard> {
  const { platform, signal } = options;
  const offered = await findDisk(await platform.disks.list(signal), options.name);
  requireCard(offered, options);
  requireSame(offered, options.expected);
  await platform.actions.unmount(offered, { force: options.forceUnmount, signal });

  // The name may mean another card by now: everything is asked again right before opening (invariant 3).
  const disk = (await platform.disks.list(signal)).find(({ id }) => id === offered.id);
  if (!disk) throw new PiKeepError('DEVICE_GONE', { path: offered.path });
  requireCard(disk, options);
  requireSame(disk, weakIdentity(offered));

  const { device, door } = await openThroughDoors(
    platform.readDoors,
    {
      disk,
      allowDiskImage: options.allowDiskImage,
      authorizer: options.authorizer,
      prompt: `PiKeep wants to read ${glance(disk).title} (${formatBytes(disk.bytes)}). Nothing on it is changed.`,
      signal,
      onWarning: options.onWarning,
    },
    options.door,
  );
  try {
    return { disk, device, door, card: await readOpened(device, disk) };
  } catch (error) {
    await device.close();
    throw error;
  }
}

/** The device that was opened has to be the disk that was listed. */
async function readOpened(device: BlockDevice, disk: Disk): Promise<Card> {
  if (device.size !== disk.bytes) {
    const facts = { path: disk.path, expectedBytes: disk.bytes, foundBytes: device.size };
    throw new PiKeepError('SIZE_CHANGED', facts);
  }
  const card = await readCard(device);
  const found = card.table.tableId;
  if (disk.tableId !== null && found !== null && disk.tableId.toLowerCase() !== found) {
    throw new PiKeepError('IDENTITY_CHANGED', { disk: disk.id, expected: disk.tableId, found });
  }
  return card;
}

function requireCard(disk: Disk, options: OpenCardOptions): void {
  const verdict = judge(disk, { ...options, destinationDisks: options.destination?.disks ?? [] });
  if (verdict.offer) return;
  if (verdict.reason === 'destination' && options.destination) {
    const { path } = options.destination;
    throw new PiKeepError('DESTINATION_ON_CARD', { path, disk: disk.id });
  }
  const { reason } = verdict;
  if (!verdict.protected) throw new PiKeepError('NOT_A_CARD', { disk: disk.id, reason });
  throw new PiKeepError('PROTECTED_DISK', { disk: disk.id, reason });
}

function requireSame(disk: Disk, expected: WeakIdentity | null): void {
  if (expected === null) return;
  const found = weakIdentityText(weakIdentity(disk));
  const wanted = weakIdentityText(expected);
  if (found !== wanted) {
    throw new PiKeepError('IDENTITY_CHANGED', { disk: disk.id, expected: wanted, found });
  }
}
