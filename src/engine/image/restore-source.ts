/** An image of any origin as a restore sees it: what has to be on the card, and the data in ascending order. */

import type { BufferPool } from '../aligned-memory.ts';
import type { BlockDevice } from '../block-device.ts';
import type { ReadChunk } from '../read-ahead.ts';
import type { Manifest } from './manifest.ts';
import type { MapEntry } from './map.ts';

/** No entry of a map is longer (bytes); buffers for `read` have this size. */
export const MAX_ENTRY_BYTES = 8 * 1024 * 1024;

/** Where the map comes from. "whole": there was none, so all of the image has to be written, zeros included. */
export type MapOrigin = 'manifest' | 'bmap' | 'whole';

export interface RestoreSource {
  /** The image file. */
  readonly path: string;
  /** Bytes of the unpacked image; where `isComplete` is false, at least so many. */
  readonly bytes: number;
  /**
   * False when unpacking a stream was ended early, because a partition of it (or, where none is known, all of it) reaches past
   * the largest card it may go to. Then `map` is empty, `read` throws, and `view` is only good for saying what does not fit:
   * whoever restores refuses it.
   */
  readonly isComplete: boolean;
  /** Nothing says how much longer it is than `bytes`: it was given up there. */
  readonly isOpenEnded?: boolean;
  readonly mapOrigin: MapOrigin;
  /** Of a backup of PiKeep; null for an image from elsewhere. */
  readonly manifest: Manifest | null;
  /**
   * Ascending, disjoint, at most MAX_ENTRY_BYTES an entry. Every hash was compared with (or taken from) the data itself when the source was opened, so an image that is
   * cut off or damaged is found before a card is touched.
   */
  readonly map: readonly MapEntry[];
  /**
   * The image as a device, for its partition table and file systems. All of it where the format can be read from the middle;
   * of a stream only what `openRestoreSource` kept (tables, and the start of every partition); the rest throws UNSUPPORTED.
   */
  readonly view: BlockDevice;
  /** True when `view` has every byte. */
  readonly isSeekable: boolean;
  /**
   * Reads `entries`, a subset of `map` in its order, with up to `depth` reads in flight. The receiver gives `buffer` back to the
   * pool. Data whose hash is not the entry's throws IMAGE_DAMAGED. A stream is read from its beginning by each call.
   */
  read(
    entries: readonly MapEntry[],
    options: { pool: BufferPool; depth: number; signal?: AbortSignal | undefined },
  ): AsyncGenerator<ReadChunk, void, void>;
  /** May be called twice. */
  close(): Promise<void>;
}
