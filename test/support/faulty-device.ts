/** Wraps a block device and lets it misbehave the way card readers do. */

import type { BlockDevice } from '../../src/engine/block-device.ts';
import { PiKeepError } from '../../src/engine/errors.ts';
import { InFlight } from '../../src/engine/in-flight.ts';

export interface Faults {
  /** Ranges in bytes that cannot be read; `times` is how often they fail before they work (default: always). */
  readonly bad?: readonly { offset: number; bytes: number; times?: number; errno?: string }[];
  /** The card is pulled out as soon as this many bytes have been read. */
  readonly unpluggedAfter?: number;
  /** Called before each read; what it returns is waited for. A gate makes a device slow without a clock. */
  readonly before?: (offset: number, bytes: number) => Promise<void> | void;
  /** Splits each read into pieces of at most this size, as a system does that returns short reads. */
  readonly pieces?: number;
}

export interface FaultyDevice extends BlockDevice {
  /** From now on every read says that the card is gone. */
  unplug(): void;
  /** Reads that came in, in order. */
  readonly reads: readonly { offset: number; bytes: number }[];
}

export function faultyDevice(inner: BlockDevice, faults: Faults): FaultyDevice {
  const left = (faults.bad ?? []).map((range) => ({
    ...range,
    times: range.times ?? Number.POSITIVE_INFINITY,
  }));
  const reads: { offset: number; bytes: number }[] = [];
  const inFlight = new InFlight();
  let gone = false;
  let closed = false;
  let delivered = 0;

  async function readPiece(into: Uint8Array, offset: number, asked: number): Promise<void> {
    const { path } = inner;
    const bytes = into.byteLength;
    if (gone) throw new PiKeepError('DEVICE_GONE', { path });
    for (const range of left) {
      const touches = offset < range.offset + range.bytes && range.offset < offset + bytes;
      if (!touches || range.times <= 0) continue;
      range.times -= 1;
      const errno = range.errno ?? 'EIO';
      throw new PiKeepError('READ_FAILED', { path, offset: asked, bytes, errno });
    }
    await inner.read(into, offset);
    delivered += bytes;
    if (faults.unpluggedAfter !== undefined && delivered >= faults.unpluggedAfter) gone = true;
  }

  async function readAll(into: Uint8Array, offset: number): Promise<void> {
    await faults.before?.(offset, into.byteLength);
    const step = faults.pieces ?? Math.max(1, into.byteLength);
    for (let done = 0; done < into.byteLength || done === 0; done += step) {
      await readPiece(into.subarray(done, done + step), offset + done, offset);
    }
  }

  return {
    path: inner.path,
    size: inner.size,
    sectorSize: inner.sectorSize,
    reads,
    async read(into, offset) {
      if (closed) throw new PiKeepError('INTERNAL', { detail: `read after close: ${inner.path}` });
      reads.push({ offset, bytes: into.byteLength });
      await inFlight.track(readAll(into, offset));
    },
    async close() {
      closed = true;
      await inFlight.settle();
      await inner.close();
    },
    unplug() {
      gone = true;
    },
  };
}
