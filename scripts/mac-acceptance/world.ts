/** The Mac that the checks look at: the real one, or in tests the stand-in. */

import type { MacPlaces } from '../../src/platform/macos/tools.ts';
import type { Authorizer, Platform } from '../../src/platform/ports.ts';

export interface World {
  readonly real: boolean;
  /** "macOS 15.5 (24F74), arm64". */
  readonly system: string;
  readonly places: MacPlaces;
  readonly platform: Platform;
  readonly authorizer: Authorizer;
  /** Whether a dialog may come up, because somebody is there, or never, because rights were given beforehand. */
  readonly dialogs: 'answered' | 'unneeded' | 'nobody';
  /** Makes a disk of an image file without mounting it. Resolves with its name, "disk4". */
  attach(image: string): Promise<string>;
  /** Undoes that; nothing happens when the disk has left. */
  detach(id: string): Promise<void>;
  /**
   * Sees to it that `right` is granted for one of the disks attached here. Throws NeedsHuman when nobody can grant it.
   */
  allow(right: string): Promise<void>;
}
