/** An image as the fit is judged from it: of a stream, what was not kept reads as zeros. */

import type { BlockDevice } from './block-device.ts';
import { isPiKeepError } from './errors.ts';

/** Pieces in which a read is tried again that touches what was not kept; bytes. */
const PIECE_BYTES = 4096;

/** Zeros stand for "not known": no table and no file system is ever found in them. */
export function tolerantView(view: BlockDevice, sectorSize: number): BlockDevice {
  const readPiece = async (into: Uint8Array, offset: number): Promise<boolean> => {
    try {
      await view.read(into, offset);
      return true;
    } catch (error) {
      if (!isPiKeepError(error, 'UNSUPPORTED')) throw error;
      return false;
    }
  };
  return {
    path: view.path,
    size: view.size,
    sectorSize,
    async read(into, offset) {
      if (await readPiece(into, offset)) return;
      for (let at = 0; at < into.length; at += PIECE_BYTES) {
        const piece = into.subarray(at, at + PIECE_BYTES);
        if (await readPiece(piece, offset + at)) continue;
        piece.fill(0);
      }
    },
    close: () => Promise.resolve(),
  };
}
