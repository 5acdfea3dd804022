/** Cuts areas into the pieces in which a dying card is read: at multiples of the size of a piece. */

import { MAP_ALIGNMENT, type Range } from './chunks.ts';

/** The piece at the start of an area; shorter where the area starts or ends inside of one. */
export function firstPiece({ offset, bytes }: Range, size: number): Range {
  const next = (Math.floor(offset / size) + 1) * size;
  return { offset, bytes: Math.min(bytes, next - offset) };
}

/** The piece at the end of an area. */
export function lastPiece({ offset, bytes }: Range, size: number): Range {
  const end = offset + bytes;
  const start = Math.max(offset, (Math.ceil(end / size) - 1) * size);
  return { offset: start, bytes: end - start };
}

/** What is left of an area without a piece at its start or end. */
export function without(area: Range, piece: Range): Range {
  const bytes = area.bytes - piece.bytes;
  return { offset: piece.offset === area.offset ? area.offset + piece.bytes : area.offset, bytes };
}

export function* piecesOf(area: Range, size: number): Generator<Range> {
  for (let rest = area; rest.bytes > 0; ) {
    const piece = firstPiece(rest, size);
    yield piece;
    rest = without(rest, piece);
  }
}

/** The parts of some ranges, each with the block of 4096 bytes that it lies in (shorter at the end of a card of `size` bytes). */
export function* inBlocks(
  ranges: Iterable<Range>,
  size: number,
): Generator<{ readonly block: Range; readonly part: Range }> {
  for (const range of ranges) {
    for (const part of piecesOf(range, MAP_ALIGNMENT)) {
      const offset = Math.floor(part.offset / MAP_ALIGNMENT) * MAP_ALIGNMENT;
      yield { block: { offset, bytes: Math.min(MAP_ALIGNMENT, size - offset) }, part };
    }
  }
}
