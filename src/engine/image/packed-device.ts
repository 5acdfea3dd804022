/** A packed image as a device of the unpacked size. */

import type { BlockDevice } from '../block-device.ts';
import { InFlight } from '../in-flight.ts';
import type { PackedReader } from './packed-reader.ts';

/** `close` ends the device's reads, and then what lies below it. */
export function packedDevice(facts: {
  readonly path: string;
  /** Unpacked bytes. */
  readonly size: number;
  readonly sectorSize: number;
  readonly reader: PackedReader;
  readonly closeFile?: () => Promise<void>;
}): BlockDevice {
  const { path, size, sectorSize, reader } = facts;
  const inFlight = new InFlight();
  let closed = false;

  const readInto = (into: Uint8Array, offset: number): Promise<void> =>
    reader.read({ offset, bytes: into.length }, into, (data) => {
      if (data !== into) into.set(data);
    });

  return {
    path,
    size,
    sectorSize,
    async read(into, offset) {
      if (!Number.isSafeInteger(offset) || offset < 0 || offset + into.length > size) {
        throw new RangeError(`${path}: ${into.length} bytes at ${offset} of ${size}`);
      }
      if (closed) throw new RangeError(`${path}: read after close`);
      if (into.length === 0) return;
      await inFlight.track(readInto(into, offset));
    },
    async close() {
      closed = true;
      await inFlight.settle();
      await facts.closeFile?.();
    },
  };
}
