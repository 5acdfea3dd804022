/** The port through which the engine packs and unpacks; the work is done elsewhere, on as many threads as there are. */

export interface Compressor {
  /** How many calls can work at the same time. */
  readonly lanes: number;
  /**
   * Deflate blocks (RFC 1951) that refer to nothing outside of `data` and end on a byte, with the empty stored block of a
   * full flush. The result has memory of its own, as with all calls here.
   */
  deflate(data: Uint8Array, effort?: 'usual' | 'best'): Promise<Uint8Array>;
  /** Unpacks what `deflate` made. Throws MalformedBytes unless that is exactly `bytes` bytes, and none of its blocks the last. */
  inflate(packed: Uint8Array, bytes: number): Promise<Uint8Array>;
  /** Deflate blocks piece by piece, without an end. */
  inflateStream(): InflateStream;
  /** One Zstandard frame (RFC 8878) with its content's size and checksum, made without a dictionary. */
  zstdCompress(data: Uint8Array): Promise<Uint8Array>;
  /** Unpacks one frame. Throws MalformedBytes unless that is exactly `bytes` bytes with the right checksum. */
  zstdDecompress(frame: Uint8Array, bytes: number): Promise<Uint8Array>;
  /** CRC-32 (IEEE 802.3, as in gzip) of `data`, continuing from `seed`. */
  crc32(data: Uint8Array, seed?: number): number;
}

export interface InflateStream {
  /** Unpacks the next piece; `onData` gets what comes out, before it resolves. Throws MalformedBytes. */
  write(piece: Uint8Array, onData: (data: Uint8Array) => void): Promise<void>;
  close(): void;
}
