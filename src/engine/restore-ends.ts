/** The first and the last MiB of a card, gathered in memory while the rest is written, and written when that is safe on the card. */

import { allocateAligned } from './aligned-memory.ts';
import type { BlockDevice } from './block-device.ts';
import type { Range } from './chunks.ts';
import { intersect, invert, toExtents } from './extents.ts';
import type { MapEntry } from './image/map.ts';
import { hashOf } from './prove.ts';
import type { RestoreLayout } from './restore-layout.ts';
import type { RestoreWriter } from './restore-writer.ts';

export class RestoreEnds {
  readonly #firstSector: Range;
  readonly #head: End;
  readonly #tail: End;

  constructor({ bytes, headEnd, tailStart, sectorSize }: RestoreLayout) {
    this.#firstSector = { offset: 0, bytes: sectorSize };
    this.#head = new End({ offset: 0, bytes: headEnd });
    this.#tail = new End({ offset: tailStart, bytes: bytes - tailStart });
  }

  /** Places where a piece has to be cut, so that each part lies in an end or in none. */
  get places(): readonly [number, number] {
    return [this.#head.end, this.#tail.start];
  }

  /** True when the piece, which does not cross a place, lies in an end; its data was copied then. */
  keep(offset: number, data: Uint8Array): boolean {
    const end = [this.#head, this.#tail].find(
      (one) => offset >= one.start && offset + data.length <= one.end,
    );
    end?.add(offset, data);
    return end !== undefined;
  }

  /** Starts writing everything but sector 0; returns the bytes of it. */
  async writeAllButFirstSector(writer: RestoreWriter): Promise<number> {
    const others = invert([this.#firstSector], Number.MAX_SAFE_INTEGER);
    let bytes = 0;
    for (const end of [this.#tail, this.#head]) {
      for (const range of intersect(end.ranges, others)) {
        await writer.add(range.offset, end.data(range));
        bytes += range.bytes;
      }
    }
    return bytes;
  }

  /** Starts writing sector 0; returns the bytes of it. */
  async writeFirstSector(writer: RestoreWriter): Promise<number> {
    await writer.add(0, this.#head.data(this.#firstSector));
    return this.#firstSector.bytes;
  }

  /** `card` as it will look when sector 0 is written, which is the last thing that is. Closing it does not close `card`. */
  asFinished(card: BlockDevice): BlockDevice {
    const sector = this.#head.data(this.#firstSector);
    return {
      path: card.path,
      size: card.size,
      sectorSize: card.sectorSize,
      async read(into, offset) {
        await card.read(into, offset);
        if (offset < sector.length) into.set(sector.subarray(offset, offset + into.length));
      },
      close: () => Promise.resolve(),
    };
  }

  /** What has to be at the ends of the card. Ascending, disjoint. */
  get expected(): MapEntry[] {
    return [this.#head, this.#tail].flatMap((end) =>
      end.ranges.map((range) => ({ ...range, sha256: hashOf(end.data(range)) })),
    );
  }
}

class End {
  readonly start: number;
  readonly end: number;
  readonly #data: Uint8Array;
  readonly #added: Range[] = [];

  constructor({ offset, bytes }: Range) {
    this.start = offset;
    this.end = offset + bytes;
    this.#data = allocateAligned(bytes);
  }

  add(offset: number, data: Uint8Array): void {
    this.#data.set(data, offset - this.start);
    this.#added.push({ offset, bytes: data.length });
  }

  get ranges(): readonly Range[] {
    return toExtents(this.#added);
  }

  data({ offset, bytes }: Range): Uint8Array {
    return this.#data.subarray(offset - this.start, offset - this.start + bytes);
  }
}
