/** Cuts the ranges of a card into the pieces that are read, hashed and written one at a time. */

export interface Range {
  /** Bytes from the start of the device. */
  readonly offset: number;
  readonly bytes: number;
}

/** Bytes in a whole chunk: an entry of the manifest's map (8 MiB at most), and one read of the device. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** Map entries start and end on multiples of this (or at the end of the card). */
export const MAP_ALIGNMENT = 4096;

/** The whole of a device as one range. */
export function wholeDevice(bytes: number): Range[] {
  return bytes === 0 ? [] : [{ offset: 0, bytes }];
}

/** Pieces of at most CHUNK_BYTES, in ascending order, cut where the offset is a multiple of CHUNK_BYTES. */
export function* chunksOf(ranges: readonly Range[]): Generator<Range> {
  for (const range of ranges) {
    let offset = range.offset;
    const end = range.offset + range.bytes;
    while (offset < end) {
      const next = Math.min(end, (Math.floor(offset / CHUNK_BYTES) + 1) * CHUNK_BYTES);
      yield { offset, bytes: next - offset };
      offset = next;
    }
  }
}

export function totalBytes(ranges: readonly Range[]): number {
  return ranges.reduce((sum, range) => sum + range.bytes, 0);
}
