/** The port through which a restore, and nothing else, changes a card. */

import type { BlockDevice } from './block-device.ts';

/**
 * A device that can also be written. Only what opens a card for a restore hands one out; a backup never holds one.
 *
 * What every implementation owes its callers, besides the obligations of a `BlockDevice`
 * (`test/support/writable-device-suite.ts` checks it):
 * - `write` writes all of `data` or throws; a short write of the system is continued until all is written.
 * - Offsets and lengths are multiples of `sectorSize`, otherwise RangeError: a device cannot write less, and reading the
 *   rest of a sector to write it again is the caller's business. Past-the-end requests throw RangeError too.
 * - Several writes to different ranges may be in flight. `data` belongs to the device until its write settles.
 * - Failures are PiKeepErrors: DEVICE_GONE when the card has left, WRITE_PROTECTED when its lock switch is on, WRITE_FAILED
 *   (with the offset asked for) otherwise.
 */
export interface WritableDevice extends BlockDevice {
  write(data: Uint8Array, offset: number): Promise<void>;
  /** When it resolves, every write that had resolved before the call has reached the medium. Throws WRITE_FAILED, DEVICE_GONE. */
  flush(): Promise<void>;
  /**
   * Flushes, gives up the right to write, and makes sure that what is read from now on comes from the medium: the device is
   * closed and opened again where the system may answer from memory. Every later `write` throws. Throws WRITE_FAILED,
   * DEVICE_GONE, DEVICE_BUSY, IDENTITY_CHANGED when another device answers to the name.
   */
  finishWriting(): Promise<void>;
}
