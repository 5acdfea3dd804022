/** The port through which an image reaches a disk, and is read back from it. */

import type { BlockDevice } from '../block-device.ts';

/**
 * How an image was read again: from the disk itself, or (where the file system offers no way past its cache, as on
 * tmpfs, SMB or FUSE) from wherever the system took it.
 */
export type ReadBackMethod = 'read-back' | 'read-back-cached';

/**
 * A file being made, empty until written: sparse and of its final size from the start, or growing with what is written.
 */
export interface NewImageFile {
  readonly path: string;
  /** Bytes; of a growing file, up to the end of what was written last in it. */
  readonly size: number;
  /**
   * Writes all of `data`. Offsets are multiples of 4096, lengths too except at the (final) end of the file; data in memory of
   * `aligned-memory.ts` is written without a copy. Several writes to different ranges may be in flight. Throws
   * DESTINATION_FULL (ENOSPC, EDQUOT, EFBIG) or DESTINATION_FAILED.
   */
  write(data: Uint8Array, offset: number): Promise<void>;
  /** When it resolves, every write that had resolved before the call has reached the disk and would survive a power cut. */
  settle(): Promise<void>;
  /** Reads from the disk, past every cache where `readBackMethod` is 'read-back'. Only for ranges that have settled. */
  readBack(into: Uint8Array, offset: number): Promise<void>;
  readonly readBackMethod: ReadBackMethod;
  /**
   * Throws away everything from `bytes` on: a file of a final size then reads as zeros there, a growing one ends there. To be
   * called when no write is in flight. Throws as `write` does.
   */
  cut(bytes: number): Promise<void>;
  /** Bytes the file takes on its disk now. */
  storedBytes(): Promise<number>;
  /** Waits for what is in flight; may be called twice. Does not settle. */
  close(): Promise<void>;
}

/** A finished image opened for checking. */
export interface OpenedImage {
  readonly device: BlockDevice;
  readonly readBackMethod: ReadBackMethod;
}

export interface ImageFiles {
  /**
   * `size` in bytes, or null for a file that grows. Throws DESTINATION_EXISTS, DESTINATION_MISSING,
   * DESTINATION_NOT_WRITABLE, DESTINATION_FULL, DESTINATION_FAILED.
   */
  create(path: string, size: number | null): Promise<NewImageFile>;
  /**
   * Opens the rest of an image that did not come to its end, as `create` left it, with what was written in it. A file of a
   * final size may have become shorter; it is as long as it should be after `cut`. Throws NO_SUCH_IMAGE for what is not there
   * or no plain file of this user alone, DESTINATION_NOT_WRITABLE, DESTINATION_FAILED.
   */
  reopen(path: string, size: number | null): Promise<NewImageFile>;
  /** Opens a file for reading past the cache. Sizes that are no multiple of 512 are allowed. Throws NO_SUCH_IMAGE, ACCESS_DENIED. */
  open(path: string): Promise<OpenedImage>;
}
