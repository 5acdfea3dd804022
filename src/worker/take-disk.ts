/** From a name to a disk that may be opened: selection, unmounting, and everything once more right before opening. */

import type { BlockDevice } from '../engine/block-device.ts';
import { type Card, readCard } from '../engine/card.ts';
import { type Disk, type WeakIdentity, weakIdentity, weakIdentityText } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import { judge, type SelectionContext } from '../engine/selection.ts';
import type { Platform } from '../platform/ports.ts';
import { findDisk } from './find-disk.ts';

export interface TakeDiskOptions extends SelectionContext {
  readonly platform: Platform;
  readonly name: string;
  /** What the user was shown; null when they named the disk themselves. */
  readonly expected: WeakIdentity | null;
  readonly forceUnmount: boolean;
  readonly signal: AbortSignal;
  /** Asked of the disk besides the rule of selection, each time it is listed. Throws what speaks against it. */
  readonly require?: (disk: Disk) => Promise<void>;
}

/**
 * The disk of that name, with nothing of it mounted. Throws NO_SUCH_DISK, NOT_A_CARD, PROTECTED_DISK, IDENTITY_CHANGED,
 * UNMOUNT_REFUSED, DEVICE_GONE, what listing throws, and what `require` throws.
 */
export async function takeDisk(options: TakeDiskOptions): Promise<Disk> {
  const { platform, signal } = options;
  const offered = await findDisk(await platform.disks.list(signal), options.name);
  await requireTakeable(offered, options.expected, options);
  await platform.actions.unmount(offered, { force: options.forceUnmount, signal });

  // The name may mean another card by now: everything is asked again right before opening (invariant 3).
  const disk = (await platform.disks.list(signal)).find(({ id }) => id === offered.id);
  if (!disk) throw new PiKeepError('DEVICE_GONE', { path: offered.path });
  await requireTakeable(disk, weakIdentity(offered), options);
  return disk;
}

async function requireTakeable(
  disk: Disk,
  expected: WeakIdentity | null,
  options: TakeDiskOptions,
): Promise<void> {
  requireCard(disk, options);
  if (expected !== null) requireSame(disk, expected);
  await options.require?.(disk);
}

/** Throws PROTECTED_DISK or NOT_A_CARD unless the rule of selection offers the disk. */
export function requireCard(disk: Disk, context: SelectionContext): void {
  const verdict = judge(disk, context);
  if (verdict.offer) return;
  const { reason } = verdict;
  if (!verdict.protected) throw new PiKeepError('NOT_A_CARD', { disk: disk.id, reason });
  throw new PiKeepError('PROTECTED_DISK', { disk: disk.id, reason });
}

function requireSame(disk: Disk, expected: WeakIdentity): void {
  const found = weakIdentityText(weakIdentity(disk));
  const wanted = weakIdentityText(expected);
  if (found !== wanted) {
    throw new PiKeepError('IDENTITY_CHANGED', { disk: disk.id, expected: wanted, found });
  }
}

/** The device that was opened has to be the disk that was listed. Throws SIZE_CHANGED, IDENTITY_CHANGED. */
export async function readListed(device: BlockDevice, disk: Disk): Promise<Card> {
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
