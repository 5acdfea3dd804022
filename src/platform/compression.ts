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
import { english } from '../language/english.ts';

/**
 * Measured on the files of a Raspberry Pi OS with Node 24's zlib (Chromium's): 1 % smaller than level 2 and nearly as
 * fast; every level above costs more time than it saves space.
 */
const DEFLATE_LEVEL = 3;
/** Larger tables (zlib.h: memLevel): faster and smaller for blocks of 1 MiB. */
const DEFLATE_MEMORY = 9;
/** Nearly twice as fast as level 3, the default of `zstd`, for 5 % more bytes. */
const ZSTD_LEVEL = 1;
/**
 * As a power of two: a whole frame of 1 MiB. Then the frame says no window of its own (RFC 8878, 3.1.1.1.1.2), which damage
 * could make smaller unnoticed: what is unpacked by one call never looks at it, and other programs do.
 */
const ZSTD_WINDOW = 20;
/** The largest window that is unpacked, as a power of two: a frame from elsewhere may not ask for more memory than that. */
const ZSTD_MAX_WINDOW = 24;

/**
 * A stored block of one byte, put behind blocks that are unpacked by themselves: when it does not come out, one of them said
 * that it was the last. Every other program would stop there.
 */
const PROBE = Uint8Array.of(0, 1, 0, 0xfe, 0xff, 0x5a);

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
    inflate: async (packed, bytes) => {
      const data = await unpack(
        createInflateRaw({ chunkSize: bytes + 64 }),
        Buffer.concat([packed, PROBE]),
        bytes + 1,
      );
      if (data.at(-1) !== PROBE.at(-1)) throw endsEarly();
      return data.subarray(0, bytes);
    },
    inflateStream,
    zstdCompress: (data) =>
      runOnce(
        createZstdCompress({
          params: {
            [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
            [constants.ZSTD_c_checksumFlag]: 1,
            [constants.ZSTD_c_windowLog]: ZSTD_WINDOW,
          },
          // The whole frame by one call, which knows the size of its content and copies nothing.
          flush: constants.ZSTD_e_end,
          chunkSize: roomFor(data.length),
        }),
        data,
      ),
    zstdDecompress: (frame, bytes) =>
      unpack(
        createZstdDecompress({
          params: { [constants.ZSTD_d_windowLogMax]: ZSTD_MAX_WINDOW },
          chunkSize: bytes + 64,
        }),
        frame,
        bytes,
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
 * a second time for the end, and make a frame that does not know its size. Throws MalformedBytes for more than `limit` bytes.
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
    stream.on('end', () => reject(endsEarly()));
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

/** Throws MalformedBytes unless all of `data` unpacks to exactly `bytes` bytes. */
async function unpack(stream: Stream, data: Uint8Array, bytes: number): Promise<Uint8Array> {
  let result: Uint8Array;
  try {
    result = await runOnce(stream, data, bytes);
  } catch (error) {
    throw asMalformed(error);
  }
  if (result.length !== bytes || stream.bytesWritten !== data.length) {
    const used = `${stream.bytesWritten} of ${data.length} bytes`;
    throw new MalformedBytes(`${used} unpacked to ${result.length} instead of ${bytes}`);
  }
  return result;
}

function inflateStream(): InflateStream {
  const stream = createInflateRaw({ chunkSize: 256 * 1024 });
  let fail: (error: unknown) => void = () => undefined;
  // A write that fails is never answered by itself.
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  stream.on('error', (error) => fail(asMalformed(error)));
  stream.on('end', () => fail(endsEarly()));
  const write = (piece: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(piece, (error) => (error ? reject(asMalformed(error)) : resolve()));
    });
  return {
    async write(piece, onData) {
      stream.removeAllListeners('data').on('data', onData);
      await Promise.race([failed, write(piece)]);
    },
    close: () => void stream.destroy(),
  };
}

function endsEarly(): MalformedBytes {
  return new MalformedBytes(english`it ends too early`);
}

/** What zlib and Zstandard say about bytes that are not theirs. Everything else is trouble of ours and stays what it is. */
export function asMalformed(error: unknown): unknown {
  const code = errnoOf(error) ?? '';
  const isContent =
    ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT', 'ERR_STREAM_DESTROYED'].includes(code) ||
    (code.startsWith('ZSTD_error_') && code !== 'ZSTD_error_memory_allocation');
  if (!isContent) return error;
  // What zlib calls an error of its buffer is input that ends too early.
  return code === 'Z_BUF_ERROR'
    ? endsEarly()
    : new MalformedBytes(english`a part of it cannot be unpacked (${code})`);
}
