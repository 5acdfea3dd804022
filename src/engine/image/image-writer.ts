/** The port that a copy writes to: an image in one of its formats. */

import type { BlockDevice } from '../block-device.ts';
import type { Range } from '../chunks.ts';
import type { ReadBackMethod } from './image-file.ts';
import type { ImageFormat } from './image-format.ts';

export interface PlainChunk extends Range {
  readonly data: Uint8Array;
  /** Every byte of `data` is zero. */
  readonly isZero: boolean;
}

export interface Writing {
  /** The data is no longer needed in memory. */
  readonly taken: Promise<void>;
  /** The data has been written to the file. */
  readonly written: Promise<void>;
}

/** What a finished image is, for its manifest. */
export interface ImageFacts {
  readonly format: ImageFormat;
  /** Size of the file. */
  readonly bytes: number;
  /** Where the blocks of a gzip image lie; null where the file itself says so. */
  readonly blocks: BlockFacts | null;
}

export interface BlockFacts {
  /** Unpacked bytes in a block. */
  readonly bytes: number;
  /** Packed bytes of each block, in order. */
  readonly lengths: readonly number[];
  /** CRC-32 of the unpacked image. */
  readonly crc32: number;
}

/**
 * An image being written, from its start to its end. What no chunk covers reads as zeros. Failures are DESTINATION_FULL
 * and DESTINATION_FAILED; after one, every promise that is still open rejects with it.
 */
export interface ImageWriter {
  readonly path: string;
  readonly readBackMethod: ReadBackMethod;
  /** Chunks may come in any order, and one more than once: the last one counts (but zeros only where nothing was written). */
  readonly anyOrder: boolean;
  /** Takes a chunk that, without `anyOrder`, lies behind all before it. The calls need not wait for each other; `data` is the writer's until `taken`. */
  write(chunk: PlainChunk): Writing;
  /** No chunk will follow; resolves when the file is complete, but not before every `taken`. */
  finish(): Promise<ImageFacts>;
  /** No chunk will follow, but the image stays unfinished: resolves when everything taken so far is in the file. */
  breakOff(): Promise<void>;
  /**
   * Packed lengths of the blocks of a part of the card that starts and ends between two of them, for going on from there in
   * another process. Null for an image without blocks. Only for what has been `written`.
   */
  lengthsOf(part: Range): readonly number[] | null;
  /** When it resolves, every chunk that was `written` before the call would survive a power cut. */
  settle(): Promise<void>;
  /**
   * Reads a range of the card back from the disk, unpacks it and hands it over; `data` is there only during the call, in
   * `scratch` or elsewhere. Only for what has settled. Throws IMAGE_DAMAGED when what is on the disk cannot be unpacked.
   */
  readBack<T>(range: Range, scratch: Uint8Array, use: (data: Uint8Array) => T): Promise<T>;
  /** Reads back a range in which nothing was written: true when it is all zeros on the disk too. Throws IMAGE_DAMAGED. */
  readBackGap(range: Range): Promise<boolean>;
  /** Reads back what belongs to no range of the card, once finished and settled; false when it differs. */
  readBackFrame(): Promise<boolean>;
  /** The image as a device, for whoever judges what was written. Only when finished and settled. */
  device(sectorSize: number): BlockDevice;
  /** Ends it, finished or not: waits for what is in flight, and rejects what was not written. Does not close the file. */
  stop(): Promise<void>;
}
