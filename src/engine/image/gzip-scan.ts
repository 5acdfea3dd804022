/**
 * Finds the blocks of a gzip image of ours when its manifest is lost: one pass over the file. A block ends in the empty
 * stored block of a full flush (00 00 FF FF) at a position where a multiple of the block size has been unpacked.
 */

import type { BlockDevice } from '../block-device.ts';
import { readUpTo } from '../block-device.ts';
import { ByteReader, MalformedBytes } from '../bytes.ts';
import { PiKeepError, throwIfInterrupted } from '../errors.ts';
import { BlockIndex } from './block-index.ts';
import type { Compressor, InflateStream } from './compressor.ts';
import {
  DEFLATE_END,
  GZIP_BLOCK_BYTES,
  GZIP_HEADER,
  GZIP_TRAILER_BYTES,
  maxDeflatedBytes,
} from './gzip.ts';

const READ_BYTES = 1024 * 1024;
const FLUSH = [0x00, 0x00, 0xff, 0xff] as const;

export interface GzipScanOptions {
  readonly device: BlockDevice;
  readonly compressor: Compressor;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks the whole file once, keeping nothing. Throws MalformedBytes when it is no whole gzip file with the right checksum,
 * UNSUPPORTED when it is one without our flushes, INTERRUPTED.
 */
export async function scanGzip(options: GzipScanOptions): Promise<BlockIndex> {
  const { device } = options;
  const magic = await readUpTo(device, 0, GZIP_HEADER.length);
  // Names, times and other systems are what other programs note there.
  if (magic[0] === GZIP_HEADER[0] && magic[1] === GZIP_HEADER[1] && !isOurHeader(magic)) {
    throw foreign();
  }
  const trailer = new ByteReader(await gzipTrailerOf(device));
  const scan = new Scan(options);
  try {
    await scan.run(device.size - GZIP_TRAILER_BYTES);
  } finally {
    scan.close();
  }
  const crc32 = trailer.u32(DEFLATE_END.length);
  const size = trailer.u32(DEFLATE_END.length + 4);
  if (crc32 !== scan.crc32 || size !== scan.plainBytes % 2 ** 32) {
    throw new MalformedBytes('the checksum is not that of the content');
  }
  return scan.index();
}

/** Reads header and trailer, and throws MalformedBytes unless they are of the form that our writer gives them. */
export async function gzipTrailerOf(device: BlockDevice): Promise<Uint8Array> {
  const least = GZIP_HEADER.length + GZIP_TRAILER_BYTES;
  if (device.size < least) throw new MalformedBytes(`a gzip file of ${device.size} bytes`);
  const header = await readUpTo(device, 0, GZIP_HEADER.length);
  if (!isOurHeader(header)) throw new MalformedBytes('its header has changed');
  const trailer = await readUpTo(device, device.size - GZIP_TRAILER_BYTES, GZIP_TRAILER_BYTES);
  if (Buffer.compare(trailer.subarray(0, DEFLATE_END.length), DEFLATE_END) !== 0) {
    throw new MalformedBytes('the compressed data does not end where it should');
  }
  return trailer;
}

function isOurHeader(header: Uint8Array): boolean {
  return Buffer.compare(header, GZIP_HEADER) === 0;
}

function foreign(): PiKeepError {
  const what = 'reading from the middle of a gzip file that PiKeep did not write';
  return new PiKeepError('UNSUPPORTED', { what });
}

class Scan {
  readonly #options: GzipScanOptions;
  readonly #stream: InflateStream;
  readonly #lengths: number[] = [];
  /** Where the open block starts in the file. */
  #start = GZIP_HEADER.length;
  /** Bytes of the pattern seen at the end of what was handed to the stream. */
  #matched = 0;
  plainBytes = 0;
  crc32 = 0;

  constructor(options: GzipScanOptions) {
    this.#options = options;
    this.#stream = options.compressor.inflateStream();
  }

  async run(end: number): Promise<void> {
    const { device, signal } = this.#options;
    for (let at = GZIP_HEADER.length; at < end; at += READ_BYTES) {
      throwIfInterrupted(signal);
      await this.#take(await readUpTo(device, at, Math.min(READ_BYTES, end - at)), at);
    }
    // The last block is shorter, as a rule.
    if (this.#lengths.length * GZIP_BLOCK_BYTES < this.plainBytes) this.#endBlock(end);
    if (this.#start !== end) throw new MalformedBytes('the last block does not end in a flush');
  }

  index(): BlockIndex {
    const index = new BlockIndex(GZIP_BLOCK_BYTES, this.plainBytes, GZIP_HEADER.length);
    for (const length of this.#lengths) index.add(length);
    return index;
  }

  close(): void {
    this.#stream.close();
  }

  /** Hands the bytes over in pieces that end where a flush may end. */
  async #take(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    for (let at = 0; at < bytes.length; at++) {
      this.#match(bytes[at] ?? 0);
      if (this.#matched < FLUSH.length) continue;
      await this.#inflate(bytes.subarray(done, at + 1));
      done = at + 1;
      this.#judge(position + done);
    }
    if (done < bytes.length) await this.#inflate(bytes.subarray(done));
  }

  #match(byte: number): void {
    if (this.#matched === FLUSH.length) this.#matched = 0;
    if (byte === FLUSH[this.#matched]) this.#matched += 1;
    // "00 00 00 FF FF" ends in the pattern too.
    else if (byte !== 0) this.#matched = 0;
    else if (this.#matched !== 2) this.#matched = 1;
  }

  async #inflate(piece: Uint8Array): Promise<void> {
    await this.#stream.write(piece, (data) => {
      this.plainBytes += data.length;
      this.crc32 = this.#options.compressor.crc32(data, this.crc32);
    });
  }

  /** A flush may have ended here, or some bytes only look like it. */
  #judge(position: number): void {
    const blocks = this.plainBytes / GZIP_BLOCK_BYTES;
    const known = this.#lengths.length;
    if (blocks === known + 1) this.#endBlock(position);
    // The last bits of a block can look like its end; then the real one follows without any content.
    else if (blocks === known && known > 0 && position - this.#start <= FLUSH.length) {
      this.#lengths[known - 1] = (this.#lengths[known - 1] ?? 0) + position - this.#start;
      this.#start = position;
    } else if (blocks > known + 1 || position - this.#start > maxDeflatedBytes(GZIP_BLOCK_BYTES)) {
      throw foreign();
    }
  }

  #endBlock(position: number): void {
    this.#lengths.push(position - this.#start);
    this.#start = position;
  }
}
