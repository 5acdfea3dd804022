/** From a name to an open card: selection, unmounting, identity before and after, the door. */

import type { BlockDevice } from '../engine/block-device.ts';
import type { Card } from '../engine/card.ts';
import type { Range } from '../engine/chunks.ts';
import type { Disk, WeakIdentity } from '../engine/disk.ts';
import { isPiKeepError, PiKeepError } from '../engine/errors.ts';
import { formatBytes } from '../engine/format.ts';
import { glance } from '../engine/pi-card.ts';
import { structureView } from '../engine/structure-view.ts';
import { say } from '../language/say.ts';
import { openThroughDoors } from '../platform/doors.ts';
import type { Authorizer, DoorName, Platform } from '../platform/ports.ts';
import { readListed, takeDisk } from './take-disk.ts';

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
  /** Where the card could not be read for `card`: zeros were taken instead. */
  readonly holes: readonly Range[];
}

/**
 * Throws NO_SUCH_DISK, NOT_A_CARD, PROTECTED_DISK, DESTINATION_ON_CARD, IDENTITY_CHANGED, UNMOUNT_REFUSED, SIZE_CHANGED,
 * and whatever the doors throw. The caller closes the device.
 */
export async function openCard(options: OpenCardOptions): Promise<OpenedCard> {
  const disk = await take(options);
  const { device, door } = await openThroughDoors(
    options.platform.readDoors,
    {
      disk,
      allowDiskImage: options.allowDiskImage,
      authorizer: options.authorizer,
      prompt: say`PiKeep wants to read ${glance(disk).title} (${formatBytes(disk.bytes)}). Nothing on it is changed.`,
      signal: options.signal,
      onWarning: options.onWarning,
    },
    options.door,
  );
  try {
    const view = structureView(device);
    const card = await readListed(view.device, disk);
    return { disk, device, door, card, holes: view.holes() };
  } catch (error) {
    await device.close();
    throw error;
  }
}

/** A card that the images are to go to is refused in words about that. */
async function take(options: OpenCardOptions): Promise<Disk> {
  const { destination } = options;
  try {
    return await takeDisk({ ...options, destinationDisks: destination?.disks ?? [] });
  } catch (error) {
    const isDestination =
      isPiKeepError(error, 'PROTECTED_DISK') && error.facts.reason === 'destination';
    if (!destination || !isDestination) throw error;
    const { path } = destination;
    throw new PiKeepError('DESTINATION_ON_CARD', { path, disk: error.facts.disk });
  }
}
