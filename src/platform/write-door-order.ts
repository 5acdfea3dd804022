/** Which way of writing a card is tried first, by the version of macOS. */

import { release } from 'node:os';
import type { DoorName, WriteDoor } from './ports.ts';

/** The first macOS on which writes through a descriptor borrowed from authopen can fail in mid-stream. */
const AUTHOPEN_FAILS_SINCE = 26;

/**
 * The doors for a restore, the first one first; `macos` is the version ("26"), null on other systems. A card that fails in
 * mid-stream has to be written again from its start by the next door, so the one that is known to fail comes last.
 */
export function orderOfWriteDoors(macos: number | null): readonly DoorName[] {
  return macos !== null && macos >= AUTHOPEN_FAILS_SINCE
    ? ['direct', 'helper', 'authopen']
    : ['direct', 'authopen', 'helper'];
}

/** The doors there are, in that order. */
export function inOrder(
  doors: readonly WriteDoor[],
  order: readonly DoorName[],
): readonly WriteDoor[] {
  return doors.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
}

/**
 * The version of macOS (13, 26) from the release of its kernel ("22.6.0", "25.0.0"), which needs no program to be asked and
 * is not disguised for programs built with old tools, as SystemVersion.plist is. Darwin 20 to 24 are macOS 11 to 15, Darwin
 * 25 is macOS 26; what comes later is taken to count on from there. Null elsewhere.
 */
export function macosVersion(
  system: string = process.platform,
  kernel: string = release(),
): number | null {
  if (system !== 'darwin') return null;
  const darwin = Number.parseInt(kernel, 10);
  if (!Number.isSafeInteger(darwin)) return null;
  return darwin >= 25 ? darwin + 1 : darwin - 9;
}
