/** Keeps what was read last of a device in memory: for readers that come back to the same few places, in small steps. */

import { type BlockDevice, readUpTo } from './block-device.ts';

const LINE_BYTES = 64 * 1024;
const DEFAULT_LINES = 256;

/**
 * Reads of up to half a line go through lines of 64 KiB, of which `lines` are kept (256: 16 MiB); larger ones go to the
 * device. Closing it does not close the device.
 */
export function cachedDevice(device: BlockDevice, lines = DEFAULT_LINES): BlockDevice {
  const kept = new Map<number, Promise<Uint8Array>>();

  const lineOf = (line: number): Promise<Uint8Array> => {
    const reading = kept.get(line) ?? readUpTo(device, line * LINE_BYTES, LINE_BYTES);
    kept.delete(line);
    kept.set(line, reading);
    const oldest = kept.keys().next();
    if (kept.size > lines && !oldest.done) kept.delete(oldest.value);
    return reading;
  };

  const readThrough = async (into: Uint8Array, offset: number): Promise<void> => {
    const end = offset + into.length;
    for (let at = offset; at < end; ) {
      const line = Math.floor(at / LINE_BYTES);
      const within = at - line * LINE_BYTES;
      const bytes = Math.min(LINE_BYTES - within, end - at);
      const part = into.subarray(at - offset, at - offset + bytes);
      const data = await lineOf(line).catch(() => null);
      if (data) {
        part.set(data.subarray(within, within + bytes));
      } else {
        // Part of the line cannot be read; maybe not the part that is wanted. If it is, this says why.
        kept.delete(line);
        await device.read(part, at);
      }
      at += bytes;
    }
  };

  return {
    path: device.path,
    size: device.size,
    sectorSize: device.sectorSize,
    async read(into, offset) {
      const isInside = offset >= 0 && offset + into.length <= device.size;
      if (!isInside || into.length > LINE_BYTES / 2) await device.read(into, offset);
      else await readThrough(into, offset);
    },
    close: () => Promise.resolve(),
  };
}
