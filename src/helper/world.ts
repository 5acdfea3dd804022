/** What the guard asks of the system it runs on, and the helper's one switch between systems. */

import type { Stats } from 'node:fs';
import type { Disk } from '../engine/disk.ts';
import { PiKeepError } from '../engine/errors.ts';
import type { HelperRequest } from './protocol.ts';

/**
 * Opens once more, for reading or writing, the very device behind a descriptor that stays open and keeps all others out; by
 * no name, so there is none to point elsewhere.
 */
export interface BesideWriting {
  readonly beside: (held: number, access: 'read' | 'write') => Promise<number>;
}

/** Where one open excludes every other: the device is opened by its name, as for reading, with these flags. */
export interface AgainWriting {
  readonly flags: number;
}

export interface HelperWorld {
  /** Flags for opening a device: reading only, no link, exclusively, and never waiting for anything. */
  readonly openFlags: number;
  readonly writing: BesideWriting | AgainWriting;
  /** Every disk, as root sees it, by programs at fixed places and without anything of the caller's environment. */
  list(): Promise<readonly Disk[]>;
  /** True when an open descriptor is this very disk: kind and device number, not name. */
  isDisk(held: Stats, disk: Disk): boolean;
  /**
   * True when the disk is a file behind a loop device or disk image, that file belongs to `uid`, and, for a restore, `uid` may
   * write to it.
   */
  ownsImage(disk: Disk, uid: number, action: HelperRequest['action']): Promise<boolean>;
}

/**
 * Only the code of the system at hand is loaded. `src/platform/index.ts` is the switch for everything else; it would bring
 * the whole platform into a process that runs as root.
 */
export async function systemWorld(): Promise<HelperWorld> {
  if (process.platform === 'linux') return (await import('./world-linux.ts')).linuxWorld();
  if (process.platform === 'darwin') return (await import('./world-macos.ts')).macosWorld();
  throw new PiKeepError('UNSUPPORTED', { what: `the helper on ${process.platform}` });
}
