/** Unpacks gzip files (RFC 1952), of one member or several. */

import { createGunzip } from 'node:zlib';
import type { BlockDevice } from '../engine/block-device.ts';
import { PIECE_BYTES, requireZerosFrom, unpackRange } from './unpack-stream.ts';

/** Throws as `Unpacker.unpack`. */
export async function* unpackGzip(
  file: BlockDevice,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const range = { offset: 0, bytes: file.size };
  // Node checks the checksum and the size of every member, and takes zeros behind one as the end.
  const used = yield* unpackRange(file, range, createGunzip({ chunkSize: PIECE_BYTES }), signal);
  await requireZerosFrom(file, used, signal);
}
