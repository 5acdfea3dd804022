/** From a name to a card open for writing. Nothing is written here. */

import type { Card } from '../engine/card.ts';
import type { Disk, WeakIdentity } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import { glance } from '../engine/pi-card.ts';
import { structureView } from '../engine/structure-view.ts';
import type { WritableDevice } from '../engine/writable-device.ts';
import { openThroughDoors } from '../platform/doors.ts';
import type { Authorizer, DoorName, Platform } from '../platform/ports.ts';
import { type GuardedPaths, guardDisks } from './guarded-disks.ts';
import { readListed, takeDisk } from './take-disk.ts';

export interface OpenTargetOptions {
  readonly platform: Platform;
  readonly name: string;
  /** What the user was shown and confirmed. Null only when the caller compares what is on the card itself. */
  readonly expected: WeakIdentity | null;
  readonly allowDiskImage: boolean;
  readonly allowOtherExternal: boolean;
  readonly neverTouch: readonly string[];
  readonly door: DoorName | null;
  /** The disks below these are never written. */
  readonly paths: GuardedPaths;
  readonly forceUnmount: boolean;
  /** For the system's dialog: "PiKeep wants to overwrite octopi (64 GB) with “octopi 2026-11-22 16.40.img”." */
  readonly prompt: (card: string) => string;
  readonly authorizer: Authorizer;
  readonly onWarning: (warning: { readonly code: string; readonly text: string }) => void;
  readonly signal: AbortSignal;
}

export interface OpenedTarget {
  readonly disk: Disk;
  readonly device: WritableDevice;
  /** What is on it now, read through the door. */
  readonly card: Card;
  readonly door: DoorName;
}

/**
 * Throws NO_SUCH_DISK, NOT_A_CARD, PROTECTED_DISK, IDENTITY_CHANGED, WRITE_PROTECTED (before any dialog, where the system
 * says so), UNMOUNT_REFUSED, SIZE_CHANGED, and whatever the doors throw. The caller closes the device.
 */
export async function openTarget(options: OpenTargetOptions): Promise<OpenedTarget> {
  const { platform, signal } = options;
  const guard = await guardDisks(options.paths, platform.volumes);
  const disk = await takeDisk({
    platform,
    name: options.name,
    expected: options.expected,
    destinationDisks: guard.destinationDisks,
    allowDiskImage: options.allowDiskImage,
    allowOtherExternal: options.allowOtherExternal,
    neverTouch: options.neverTouch,
    forceUnmount: options.forceUnmount,
    signal,
    async require(found) {
      await guard.require(found);
      if (found.writable === false) throw new PiKeepError('WRITE_PROTECTED', { path: found.path });
    },
  });
  const card = `${glance(disk).title} (${formatBytes(disk.bytes)})`;
  const { device, door } = await openThroughDoors(
    platform.writeDoors,
    {
      disk,
      allowDiskImage: options.allowDiskImage,
      authorizer: options.authorizer,
      prompt: options.prompt(card),
      signal,
      onWarning: options.onWarning,
    },
    options.door,
  );
  try {
    // What is going to be overwritten need not be readable everywhere.
    const { device: view } = structureView(device);
    return { disk, device, door, card: await readListed(view, disk) };
  } catch (error) {
    await device.close();
    throw error;
  }
}
