/** May this disk be offered as a card? One pure rule over plain data, with the reason for every refusal. */

import type { Disk, DiskRole } from './disk.ts';
import { diskKeys } from './disk-key.ts';

export interface SelectionContext {
  /** Disks that hold the destination folder of images; never offered, so a card cannot be saved onto itself. */
  readonly destinationDisks: readonly string[];
  /** Accept virtual disks that are backed by a file: `hdiutil` images and loop devices. */
  readonly allowDiskImage: boolean;
  /** Accept external disks that call themselves fixed: SSDs, and some card readers. */
  readonly allowOtherExternal: boolean;
  /** Keys (`disk-key.ts`) of the disks the user marked "never touch". */
  readonly neverTouch: readonly string[];
}

/** Refusals that protect the computer and are never lifted by any option. */
export type ProtectedReason =
  | 'system-disk'
  | 'swap'
  | 'apfs-container'
  | 'in-use'
  | 'destination'
  | 'never-touch';

/** Refusals that only mean "not a card". */
export type NotACardReason =
  | 'disk-image'
  | 'virtual'
  | 'internal'
  | 'external-fixed'
  | 'not-removable'
  | 'no-medium'
  | 'bad-size'
  | 'unclear';

export type Verdict =
  | { readonly offer: true; readonly warnings: readonly 'very-large'[] }
  | { readonly offer: false; readonly protected: true; readonly reason: ProtectedReason }
  | { readonly offer: false; readonly protected: false; readonly reason: NotACardReason };

/** No SD card is larger today (SDXC ends at 2 TB); bytes. */
const VERY_LARGE_BYTES = 2_000_000_000_000;

/**
 * The verdict on one disk. Roles that protect the computer come first, so nothing later can outvote them. A fact the
 * system did not state counts as the dangerous one: not said to be external is built in, not said to be removable is
 * fixed.
 */
export function judge(disk: Disk, context: SelectionContext): Verdict {
  const guarded = protectedReason(disk, context);
  if (guarded) return { offer: false, protected: true, reason: guarded };
  const refused = sizeRefusal(disk) ?? kindRefusal(disk, context);
  if (refused) return { offer: false, protected: false, reason: refused };
  return { offer: true, warnings: disk.bytes > VERY_LARGE_BYTES ? ['very-large'] : [] };
}

const reasonOfRole: Record<DiskRole, ProtectedReason> = {
  system: 'system-disk',
  swap: 'swap',
  'in-use': 'in-use',
  'apfs-container': 'apfs-container',
};

/** The gravest first, because only one reason is shown. */
const roleOrder: readonly DiskRole[] = ['system', 'swap', 'in-use', 'apfs-container'];

function protectedReason(disk: Disk, context: SelectionContext): ProtectedReason | null {
  const role = roleOrder.find((candidate) => disk.roles.includes(candidate));
  if (role) return reasonOfRole[role];
  if (context.destinationDisks.includes(disk.id)) return 'destination';
  return diskKeys(disk).some((key) => context.neverTouch.includes(key)) ? 'never-touch' : null;
}

function sizeRefusal(disk: Disk): NotACardReason | null {
  const { bytes, sectorBytes } = disk;
  if (bytes === 0) return 'no-medium';
  if (!Number.isSafeInteger(bytes) || bytes < 0) return 'bad-size';
  if (!Number.isSafeInteger(sectorBytes) || sectorBytes < 512) return 'bad-size';
  return bytes % sectorBytes === 0 ? null : 'bad-size';
}

function kindRefusal(disk: Disk, context: SelectionContext): NotACardReason | null {
  if (disk.bus === 'slot') return null;
  if (disk.bus === 'disk-image' || disk.diskImage) {
    return context.allowDiskImage ? null : 'disk-image';
  }
  if (disk.virtual) return 'virtual';
  if (disk.bus === 'secure-digital') return cardSlotRefusal(disk);
  if (isOldMacSlot(disk)) return null;
  if (disk.internal === null) return 'unclear';
  if (disk.internal) return 'internal';
  if (disk.removable === true) return null;
  return context.allowOtherExternal ? null : 'external-fixed';
}

/** Built-in card slots are internal, so only the medium counts. A soldered chip (eMMC) is not removable. */
function cardSlotRefusal(disk: Disk): NotACardReason | null {
  if (disk.removable === true || disk.ejectable === true) return null;
  return disk.removable === null && disk.ejectable === null ? 'unclear' : 'not-removable';
}

/** Macs before the Secure Digital bus showed their slot as an internal USB reader of this name. */
function isOldMacSlot(disk: Disk): boolean {
  return (
    disk.internal === true &&
    disk.bus === 'usb' &&
    disk.ejectable === true &&
    disk.removable !== false &&
    /\bSD Card Reader\b/.test(disk.mediaName ?? '')
  );
}
