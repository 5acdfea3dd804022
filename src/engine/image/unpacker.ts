/** The port through which images of other programs are unpacked: as a stream, from beginning to end. */

import type { BlockDevice } from '../block-device.ts';

/** What a file can be packed as; told by its first bytes (`image-kind.ts`). */
export type PackedForm = 'gzip' | 'zstd' | 'xz' | 'zip';

export interface Unpacker {
  /**
   * Bytes of the unpacked image as the file states them, without unpacking; null where it does not (gzip, some zstd). A
   * statement, not a proof: only `unpack` tells. Throws as `unpack`.
   */
  statedBytes(file: BlockDevice, form: PackedForm): Promise<number | null>;
  /**
   * Unpacks the whole file: every member, frame or stream of it in a row; of a zip the one image in it. Pieces are at most
   * a few hundred KiB and belong to the receiver. Unpacking waits for the receiver, and stops when the iteration is ended.
   * When it ends by itself, every checksum and size in the file was right and nothing but zeros lies behind its end.
   *
   * Throws MalformedBytes for a file that is cut off or not of its form, UNSUPPORTED for what would need too much memory
   * or an unusual method, NOT_AN_IMAGE for a zip without one image in it, READ_FAILED. The file stays open.
   */
  unpack(
    file: BlockDevice,
    form: PackedForm,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, void>;
}
