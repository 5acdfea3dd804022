/** May this disk be offered as a card? One pure rule over plain data, with the reason for every refusal. */

import type { Disk } from './disk.ts';

export interface SelectionContext {
  /** Disks that hold the destination folder of images; never offered, so a card cannot be saved onto itself. */
  readonly destinationDisks: readonly string[];
  /** Accept virtual disks that are backed by a file: `hdiutil` images and loop devices. */
  readonly allowDiskImage: boolean;
  /** Accept external disks that call themselves fixed: SSDs, and some card readers (macos.md 1.3.4). */
  readonly allowOtherExternal: boolean;
}

/** Refusals that protect the computer and are never lifted by any option. */
export type ProtectedReason = 'system-disk' | 'swap' | 'apfs-container' | 'in-use' | 'destination';

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
