/**
 * Images as one ordinary gzip member (RFC 1952) that can still be read from anywhere: every MiB of the card is compressed
 * by itself and ends in a full flush, so unpacking can start there. Any program that reads gzip takes it.
 */

import type { BlockIndex } from './block-index.ts';
import type { Compressor } from './compressor.ts';
import { PackedZeros, type Packing } from './packing.ts';

export const GZIP_BLOCK_BYTES = 1024 * 1024;

/** Deflate, no name, no time, unknown system: the same card makes the same file. */
export const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** An empty last block with fixed codes, which ends the deflate stream on a byte. */
export const DEFLATE_END = Uint8Array.of(3, 0);
/** The end of the stream, CRC-32 and size. */
export const GZIP_TRAILER_BYTES = DEFLATE_END.length + 8;

export function gzipPacking(compressor: Compressor): Packing {
  const zeros = new PackedZeros((plain) => compressor.deflate(plain, 'best'));
  return {
    format: 'img.gz',
    blockBytes: GZIP_BLOCK_BYTES,
    header: GZIP_HEADER,
    maxPackedBytes: maxDeflatedBytes,
    pack: (plain) => compressor.deflate(plain),
    unpack: (packed, plainBytes) => compressor.inflate(packed, plainBytes),
    zeros: (plainBytes) => zeros.of(plainBytes),
    checksum: (plain) => compressor.crc32(plain),
    trailer: gzipTrailer,
  };
}

function gzipTrailer(index: BlockIndex, crc32: number): Uint8Array {
  const trailer = new Uint8Array(GZIP_TRAILER_BYTES);
  trailer.set(DEFLATE_END);
  const view = new DataView(trailer.buffer);
  view.setUint32(DEFLATE_END.length, crc32, true);
  view.setUint32(DEFLATE_END.length + 4, index.plainBytes % 2 ** 32, true);
  return trailer;
}

/** Data that cannot be compressed is stored, with 5 bytes for at most 65,535; some encoders cut it into smaller pieces. */
export function maxDeflatedBytes(plainBytes: number): number {
  return plainBytes + Math.ceil(plainBytes / 1024) * 5 + 64;
}
