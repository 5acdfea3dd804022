/** The port through which the engine sees a card, an image or a test device. */

/**
 * A readable device of a fixed size. There is no way to write through this port: a backup cannot change a card because
 * it never holds anything that could (invariant 2).
 *
 * What every implementation owes its callers (`test/support/block-device-suite.ts` checks it):
 * - `read` fills the whole of `into` or throws; a short read of the system is continued until full.
 * - Any offset and length within the device is accepted. Where the system wants alignment, the implementation rounds
 *   outwards by itself; requests that are multiples of 4096 bytes into memory of `aligned-memory.ts` need no copy.
 * - Several reads may be in flight; they may finish in any order. `into` belongs to the device until its read settles.
 * - Past-the-end requests throw RangeError: that is a bug of the caller.
 * - Failures are PiKeepErrors: DEVICE_GONE when the card has left, READ_FAILED (with the offset asked for) otherwise.
 * - `close` waits for reads in flight, may be called twice, and makes every later read throw.
 */
export interface BlockDevice {
  /** What to call it in messages: "/dev/rdisk4", "octopi.img". */
  readonly path: string;
  /** Bytes; a multiple of `sectorSize`. */
  readonly size: number;
  /** Bytes in a logical sector: 512, rarely 4096. */
  readonly sectorSize: number;
  read(into: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
}

/** Reads a fresh buffer of `length` bytes at `offset`; bytes past the end of the device are left out. */
export async function readUpTo(
  device: BlockDevice,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const available = Math.max(0, Math.min(length, device.size - offset));
  const into = new Uint8Array(available);
  if (available > 0) await device.read(into, offset);
  return into;
}
