/** A device as it will look once committed changes of a journal have been written to their places. */

import type { BlockDevice } from './block-device.ts';

export interface Overlay {
  readonly blockBytes: number;
  /** Block of the file system → block of the same device (in the journal) that holds its newest content. */
  readonly blocks: ReadonlyMap<number, number>;
  /** Those whose first four bytes are kept as zeros in the journal, because they look like the journal's own mark. */
  readonly escaped: ReadonlySet<number>;
}

/** The first four bytes of every block of the journal's own, big-endian. */
export const JOURNAL_MAGIC = 0xc03b3998;
const magicBytes = Uint8Array.of(0xc0, 0x3b, 0x39, 0x98);

/** Reads go to the journal for committed blocks, to `window` for all others. Closing it does not close `window`. */
export function overlayDevice(window: BlockDevice, overlay: Overlay): BlockDevice {
  const { blockBytes, blocks, escaped } = overlay;
  return {
    path: window.path,
    size: window.size,
    sectorSize: window.sectorSize,
    async read(into, offset) {
      await window.read(into, offset);
      const end = offset + into.length;
      for (let block = Math.floor(offset / blockBytes); block * blockBytes < end; block++) {
        const source = blocks.get(block);
        if (source === undefined) continue;
        const start = block * blockBytes;
        const from = Math.max(offset, start);
        const piece = into.subarray(from - offset, Math.min(end, start + blockBytes) - offset);
        await window.read(piece, source * blockBytes + from - start);
        if (escaped.has(block) && from - start < magicBytes.length) {
          piece.set(magicBytes.subarray(from - start).subarray(0, piece.length));
        }
      }
    },
    close: () => Promise.resolve(),
  };
}
