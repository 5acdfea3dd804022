/** The rule by which a device gets opened: one way after the other, but only while a way does not exist here. */

import type { BlockDevice } from '../engine/block-device.ts';
import { isPiKeepError, PiKeepError, throwIfInterrupted } from '../engine/errors.ts';
import type { DoorName, OpenRequest } from './ports.ts';

export interface ThroughDoor<Device extends BlockDevice = BlockDevice> {
  readonly device: Device;
  readonly door: DoorName;
}

/** A `Door` or a `WriteDoor`. */
interface AnyDoor<Device extends BlockDevice> {
  readonly name: DoorName;
  open(request: OpenRequest): Promise<Device>;
}

/**
 * Opens the disk through the first door that can. A door is passed over only when it says DOOR_UNAVAILABLE; every other
 * error ends the attempt as it is, so that no refusal is followed by a second dialog. `forced` allows one door only.
 * Throws NO_DOOR, listing each door with its reason, when none was available.
 */
export async function openThroughDoors<Device extends BlockDevice>(
  doors: readonly AnyDoor<Device>[],
  request: OpenRequest,
  forced: DoorName | null,
): Promise<ThroughDoor<Device>> {
  const tried: string[] = [];
  for (const door of doors) {
    if (forced !== null && door.name !== forced) continue;
    throwIfInterrupted(request.signal);
    try {
      return { device: await door.open(request), door: door.name };
    } catch (error) {
      if (!isPiKeepError(error, 'DOOR_UNAVAILABLE')) throw error;
      tried.push(`${door.name}: ${error.facts.detail}`);
    }
  }
  if (tried.length === 0) tried.push(`${forced ?? 'any door'}: does not exist on this system`);
  throw new PiKeepError('NO_DOOR', { path: request.disk.path, tried: tried.join('; ') });
}
