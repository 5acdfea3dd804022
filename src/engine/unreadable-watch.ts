/** Notices when something is read from where the card could not be read when its image was made. */

import type { BlockDevice } from './block-device.ts';
import type { Range } from './chunks.ts';

export interface UnreadableWatch {
  /** Reads like the device below it; closing it closes that. */
  readonly device: BlockDevice;
  /** True when one of the ranges was touched since the last call. */
  wasTouched(): boolean;
}

/** `ranges` in any order; an image has zeros there. */
export function watchUnreadable(device: BlockDevice, ranges: readonly Range[]): UnreadableWatch {
  const sorted = ranges.toSorted((one, other) => one.offset - other.offset);
  let touched = false;
  return {
    device: {
      path: device.path,
      size: device.size,
      sectorSize: device.sectorSize,
      read(into, offset) {
        if (touches(sorted, offset, offset + into.length)) touched = true;
        return device.read(into, offset);
      },
      close: () => device.close(),
    },
    wasTouched() {
      const was = touched;
      touched = false;
      return was;
    },
  };
}

/** Ranges of a manifest may overlap if somebody changed it, so the search is by their starts, and plain. */
function touches(sorted: readonly Range[], from: number, to: number): boolean {
  for (const { offset, bytes } of sorted) {
    if (offset >= to) return false;
    if (offset + bytes > from) return true;
  }
  return false;
}
