/** What taking up an image of any format needs. */

import { CHUNK_BYTES, type Range } from './chunks.ts';
import type { Compressor } from './image/compressor.ts';
import type { NewImageFile } from './image/image-file.ts';
import type { ImageFormat } from './image/image-format.ts';
import type { MapEntry } from './image/map.ts';

export interface ResumeImageOptions {
  readonly format: ImageFormat;
  /** Opened again; longer than what is known of it, or shorter, or anything. */
  readonly file: NewImageFile;
  /** Size of the card. */
  readonly bytes: number;
  readonly compressor: Compressor;
  /** What should be in it: chunks as the copy cuts them, ascending and disjoint. */
  readonly entries: readonly MapEntry[];
  /** Packed lengths of its blocks from the start of the card on, of a packed image. */
  readonly blocks: readonly number[];
  /** A packed image goes on here at the latest: a multiple of CHUNK_BYTES, or Infinity. */
  readonly end: number;
  /** Bytes of the card whose place in the image has been looked at. */
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How far an image can be right: to the end of the last chunk that has an entry. */
export function endOf(entries: readonly MapEntry[]): number {
  const last = entries.at(-1);
  return last ? last.offset + last.bytes : 0;
}

/** The places between CHUNK_BYTES and CHUNK_BYTES of the card, up to `end`. */
export function* groupsUpTo(end: number): Generator<Range> {
  for (let offset = 0; offset < end; offset += CHUNK_BYTES) {
    yield { offset, bytes: Math.min(CHUNK_BYTES, end - offset) };
  }
}

/** Entries by the place between CHUNK_BYTES and CHUNK_BYTES that they lie in; asked for in ascending order. */
export class EntriesByGroup {
  readonly #entries: readonly MapEntry[];
  #next = 0;

  constructor(entries: readonly MapEntry[]) {
    this.#entries = entries;
  }

  take(group: Range): MapEntry[] {
    const taken: MapEntry[] = [];
    for (;;) {
      const entry = this.#entries[this.#next];
      if (!entry || entry.offset >= group.offset + group.bytes) return taken;
      taken.push(entry);
      this.#next++;
    }
  }
}
