/** Compression by Node's own zlib and Zstandard, which work on libuv's threads. */

import { availableParallelism } from 'node:os';
import {
  constants,
  crc32,
  createDeflateRaw,
  createInflateRaw,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib';
import { MalformedBytes } from '../engine/bytes.ts';
import { errnoOf } from '../engine/errors.ts';
import type { Compressor, InflateStream } from '../engine/image/compressor.ts';

/**
 * Measured on the files of a Raspberry Pi OS with Node 24's zlib (Chromium's): 1 % smaller than level 2 and nearly as
 * fast; every level above costs more time than it saves space.
 */
const DEFLATE_LEVEL = 3;
/** Larger tables (zlib.h: memLevel): faster and smaller for blocks of 1 MiB. */
const DEFLATE_MEMORY = 9;
/** Nearly twice as fast as level 3, the default of `zstd`, for 5 % more bytes. */
const ZSTD_LEVEL = 1;
/** The largest window that is unpacked, as a power of two: a frame from elsewhere may not ask for more memory than that. */
const ZSTD_MAX_WINDOW = 24;

export function createCompressor(): Compressor {
  return {
    lanes: availableParallelism(),
    deflate: (data, effort) =>
      runOnce(
        createDeflateRaw({
          level: effort === 'best' ? constants.Z_BEST_COMPRESSION : DEFLATE_LEVEL,
          memLevel: DEFLATE_MEMORY,
          flush: constants.Z_FULL_FLUSH,
          chunkSize: roomFor(data.length),
        }),
        data,
      ),
    inflate: async (packed, bytes) =>
      exactly(bytes, await unpack(createInflateRaw({ chunkSize: bytes + 64 }), packed, bytes)),
    inflateStream,
    zstdCompress: (data) =>
      runOnce(
        createZstdCompress({
          params: {
            [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
            [constants.ZSTD_c_checksumFlag]: 1,
          },
          // The whole frame by one call, which knows the size of its content and copies nothing.
          flush: constants.ZSTD_e_end,
          chunkSize: roomFor(data.length),
        }),
        data,
      ),
    zstdDecompress: async (frame, bytes) =>
      exactly(
        bytes,
        await unpack(
          createZstdDecompress({
            params: { [constants.ZSTD_d_windowLogMax]: ZSTD_MAX_WINDOW },
            chunkSize: bytes + 64,
          }),
          frame,
          bytes,
        ),
      ),
    crc32: (data, seed = 0) => crc32(data, seed),
  };
}

/** More than data can grow by being packed, so that one buffer takes the result; less would mean further calls. */
function roomFor(bytes: number): number {
  return bytes + Math.ceil(bytes / 128) + 1024;
}

type Stream = ReturnType<typeof createInflateRaw> | ReturnType<typeof createZstdCompress>;

/**
 * What comes out of a stream for one piece of data, without ever ending it: Node's own one-shot calls go to the thread pool
 * a second time for the end, and make a frame that does not know its size. Throws RangeError for more than `limit` bytes.
 */
function runOnce(
  stream: Stream,
  data: Uint8Array,
  limit = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  return new Promise<Uint8Array>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > limit) reject(new MalformedBytes(`unpacks to more than ${limit} bytes`));
    });
    stream.write(data, (error) => {
      if (error) reject(error);
      else resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
    });
  }).finally(() => stream.destroy());
}

async function unpack(stream: Stream, data: Uint8Array, bytes: number): Promise<Uint8Array> {
  try {
    return await runOnce(stream, data, bytes);
  } catch (error) {
    throw asMalformed(error);
  }
}

function exactly(bytes: number, data: Uint8Array): Uint8Array {
  if (data.length === bytes) return data;
  throw new MalformedBytes(`unpacked to ${data.length} bytes instead of ${bytes}`);
}

function inflateStream(): InflateStream {
  const stream = createInflateRaw({ chunkSize: 256 * 1024 });
  let failure: Error | null = null;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    write: (piece, onData) =>
      new Promise((resolve, reject) => {
        stream.removeAllListeners('data').on('data', onData);
        stream.write(piece, (error) => {
          const trouble = error ?? failure;
          if (trouble) reject(asMalformed(trouble));
          else resolve();
        });
      }),
    close: () => void stream.destroy(),
  };
}

/** What zlib and Zstandard say about bytes that are not theirs. Everything else is trouble of ours and stays what it is. */
function asMalformed(error: unknown): unknown {
  const code = errnoOf(error) ?? '';
  const isContent =
    ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT'].includes(code) ||
    (code.startsWith('ZSTD_error_') && code !== 'ZSTD_error_memory_allocation');
  return isContent ? new MalformedBytes(`cannot be unpacked: ${code}`) : error;
}
