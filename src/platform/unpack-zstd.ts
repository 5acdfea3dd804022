/** Unpacks Zstandard files (RFC 8878) of any number of frames. Node's decompressor ends after the first, so each has its own. */

import { constants, createZstdDecompress } from 'node:zlib';
import { type BlockDevice, readUpTo } from '../engine/block-device.ts';
import { ByteReader, MalformedBytes } from '../engine/bytes.ts';
import { readSeekTable } from '../engine/image/zstd.ts';
import { PIECE_BYTES, requireZerosFrom, unpackRange } from './unpack-stream.ts';

/** As a power of two: 128 MiB, what the zstd program unpacks without being asked for more (`zstd.h`: ZSTD_WINDOWLOG_LIMIT_DEFAULT). */
const MAX_WINDOW = 27;
const FRAME_MAGIC = 0xfd2fb528;
/** Any of sixteen. */
const SKIPPABLE_MAGIC = 0x184d2a5;
const SKIPPABLE_HEADER_BYTES = 8;
/** The most that a frame's header takes. */
const HEADER_BYTES = 18;

/** Throws as `Unpacker.unpack`. */
export async function* unpackZstd(
  file: BlockDevice,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  let at = 0;
  let frames = 0;
  while (at < file.size) {
    const header = new ByteReader(await readUpTo(file, at, SKIPPABLE_HEADER_BYTES));
    const magic = header.bytes.length < 4 ? 0 : header.u32(0);
    if (magic >>> 4 === SKIPPABLE_MAGIC) {
      at += SKIPPABLE_HEADER_BYTES + header.u32(4);
      if (at > file.size) throw new MalformedBytes('it is cut off in a part that is passed over');
    } else if (magic === FRAME_MAGIC) {
      const params = { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW };
      const frame = createZstdDecompress({ params, chunkSize: PIECE_BYTES });
      at += yield* unpackRange(file, { offset: at, bytes: file.size - at }, frame, signal);
      frames += 1;
    } else {
      break;
    }
  }
  if (frames === 0) throw new MalformedBytes('there is no frame in it');
  await requireZerosFrom(file, at, signal);
}

/**
 * From the table of a seekable file; otherwise what its first frame says of itself, for zstd makes one frame of a file. Null
 * when that says nothing: it was packed out of a pipe.
 */
export async function zstdBytes(file: BlockDevice): Promise<number | null> {
  const table = await readSeekTable(file);
  if (table) return table.plainBytes;
  const header = new ByteReader(await readUpTo(file, 0, HEADER_BYTES));
  if (header.u32(0) !== FRAME_MAGIC) return null;
  return contentBytes(header);
}

/** Source: RFC 8878, 3.1.1.1: the descriptor says how long the fields behind it are. */
function contentBytes(header: ByteReader): number | null {
  const descriptor = header.u8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  switch (descriptor >>> 6) {
    case 0:
      return isSingleSegment ? header.u8(at) : null;
    case 1:
      return header.u16(at) + 256;
    case 2:
      return header.u32(at);
    default:
      return header.u64(at);
  }
}
