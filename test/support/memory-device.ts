/** A block device that lives in memory. */

import type { BlockDevice } from '../../src/engine/block-device.ts';
import { PiKeepError } from '../../src/engine/errors.ts';

export interface MemoryDeviceOptions {
  readonly path?: string;
  readonly sectorSize?: number;
}

/** Reads from `content`, which the caller may go on changing. */
export function memoryDevice(content: Uint8Array, options: MemoryDeviceOptions = {}): BlockDevice {
  const path = options.path ?? 'memory';
  const inFlight = new Set<Promise<void>>();
  let closed = false;
  return {
    path,
    size: content.byteLength,
    sectorSize: options.sectorSize ?? 512,
    async read(into, offset) {
      const end = offset + into.byteLength;
      if (!Number.isSafeInteger(offset) || offset < 0 || end > content.byteLength) {
        throw new RangeError(`${path}: ${into.byteLength} bytes at ${offset}`);
      }
      if (closed) throw new PiKeepError('INTERNAL', { detail: `read after close: ${path}` });
      const reading = nextTurn().then(() => into.set(content.subarray(offset, end)));
      inFlight.add(reading);
      await reading;
      inFlight.delete(reading);
    },
    async close() {
      closed = true;
      await Promise.all(inFlight);
    },
  } satisfies BlockDevice;
}

/** A real device never answers within the call; neither does this one. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
