/** A card as tables and superblocks are read from it where some places cannot be read: zeros stand there, and are noted. */

import type { BlockDevice } from './block-device.ts';
import { MAP_ALIGNMENT, type Range } from './chunks.ts';
import { isPiKeepError } from './errors.ts';
import { toExtents } from './extents.ts';
import { piecesOf } from './rescue-pieces.ts';

export interface StructureView {
  /** For telling what a card is; never for telling what is free on it. Closing it does not close the card. */
  readonly device: BlockDevice;
  /** Where zeros were given so far: sorted, disjoint. */
  holes(): Range[];
}

/** How often a request is tried as a whole. */
const TRIES = 2;
/** Reads that may fail before nothing is tried twice or in parts: a card that reads nothing must not take hours to look at. */
const MAX_FAILURES = 500;

/** Costs a healthy card nothing: what can be read is read once. */
export function structureView(device: BlockDevice): StructureView {
  const holes: Range[] = [];
  let failures = 0;

  const isRead = async (into: Uint8Array, offset: number): Promise<boolean> => {
    try {
      await device.read(into, offset);
      return true;
    } catch (error) {
      if (!isPiKeepError(error, 'READ_FAILED')) throw error;
      failures++;
      return false;
    }
  };

  const readParts = async (into: Uint8Array, offset: number, size: number): Promise<void> => {
    for (const part of piecesOf({ offset, bytes: into.length }, size)) {
      const data = into.subarray(part.offset - offset, part.offset - offset + part.bytes);
      if (failures < MAX_FAILURES && (await isRead(data, part.offset))) continue;
      if (failures < MAX_FAILURES && size > device.sectorSize) {
        await readParts(data, part.offset, device.sectorSize);
      } else {
        data.fill(0);
        holes.push(part);
      }
    }
  };

  return {
    device: {
      path: device.path,
      size: device.size,
      sectorSize: device.sectorSize,
      async read(into, offset) {
        for (let count = 0; count < TRIES; count++) {
          if (await isRead(into, offset)) return;
          if (failures >= MAX_FAILURES) break;
        }
        await readParts(into, offset, MAP_ALIGNMENT);
      },
      close: () => Promise.resolve(),
    },
    holes: () => toExtents(holes),
  };
}
